"""The cases: a list of those that a person may see, and the page of one, to read."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from registry.models import Product
from registry.selectors.case_pages import CasesPage, cases_page
from registry.selectors.cases import cases_visible
from registry.web.case_links import address
from registry.web.case_page import case_page
from registry.web.case_panels import panels_for
from registry.web.cases_list import list_page, wanted_of
from sites.access import can, guard
from sites.models import AccessKind, Site
from sites.reads import access_record
from sites.roles import Permission

ON_A_PAGE = 50


@guard(Permission.CASE_VIEW)
@require_GET
@never_cache
def cases(request: HttpRequest) -> HttpResponse:
    """List cases with the standing of every form; search, filters, order and place are kept in the address."""
    sites = list(Site.objects.visible_to(request.user).order_by("code"))
    products = list(Product.objects.order_by("code"))
    wanted = wanted_of(request.GET, sites, products)
    if wanted.prefix and not (wanted.after or wanted.is_backwards):
        access_record(AccessKind.SEARCH, object_type="cases", site=wanted.site_id, detail=wanted.prefix)
    page = cases_page(request.user, ON_A_PAGE, wanted)
    context = {"sites": sites, "products": products, "wanted": wanted, **_places(page)}
    context |= list_page(request.user, wanted, page)
    context["new_url"] = address("case_new") if can(request.user, Permission.CASE_EDIT) else ""
    context["may_upload"] = can(request.user, Permission.CASE_UPLOAD)
    return render(request, "registry/cases/list.html", context)


def _places(page: CasesPage) -> dict[str, Any]:
    """Return the cases and those from which the pages before and after go on."""
    shown = page.patients
    return {
        "cases": shown,
        "previous": shown[0].pk if shown and page.has_previous else None,
        "following": shown[-1].pk if shown and page.has_following else None,
    }


@guard(Permission.CASE_VIEW)
@require_GET
@never_cache
def case(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Show one case, to read: what identifies the patient at the hospital is not on this page."""
    patient = get_object_or_404(cases_visible(request.user).select_related("site"), pk=patient_id)
    context = {**case_page(request.user, patient), "panels": panels_for(request, patient)}
    return render(request, "registry/cases/case.html", context)
