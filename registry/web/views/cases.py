"""The cases: a list of those that a person may see, and the page of one, to read."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from registry.selectors.cases import case_slice, cases_visible
from registry.web.case_page import case_page
from registry.web.case_panels import panels_for
from sites.access import can, guard
from sites.models import AccessKind, Site
from sites.reads import access_record
from sites.roles import Permission

ON_A_PAGE = 50


@guard(Permission.CASE_VIEW)
@require_GET
@never_cache
def cases(request: HttpRequest) -> HttpResponse:
    """List cases in the order of study ids; search and site are kept in the address."""
    asked, after = request.GET.get("q", "").strip()[:20], _uuid(request.GET.get("after"))
    sites = list(Site.objects.visible_to(request.user).order_by("code"))
    site = next((site for site in sites if site.code == request.GET.get("site")), None)
    if asked and not after:
        access_record(AccessKind.SEARCH, object_type="cases", site=site, detail=asked)
    found = case_slice(request.user, ON_A_PAGE, prefix=asked, site_id=site and site.pk, after=after)
    shown = found[:ON_A_PAGE]
    following = shown[-1].pk if len(found) > ON_A_PAGE else None
    context = {"cases": shown, "sites": sites, "site": site, "asked": asked, "after": after, "following": following}
    context["may_upload"] = can(request.user, Permission.CASE_UPLOAD)
    return render(request, "registry/cases/list.html", context)


@guard(Permission.CASE_VIEW)
@require_GET
@never_cache
def case(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Show one case, to read: what identifies the patient at the hospital is not on this page."""
    patient = get_object_or_404(cases_visible(request.user).select_related("site"), pk=patient_id)
    context = {**case_page(request.user, patient), "panels": panels_for(request, patient)}
    return render(request, "registry/cases/case.html", context)


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
