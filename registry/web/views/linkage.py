"""Patients who may be recorded at two sites: for data managers alone."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from registry.models import LinkageState
from registry.selectors.linkage import linkage_cases, linkage_pairs
from registry.services.linkage import linkage_decide
from registry.web.forms.identity import LinkageForm
from sites.access import guard
from sites.roles import Permission

ON_A_PAGE = 25


@guard(Permission.LINKAGE_RESOLVE)
@require_GET
@never_cache
def linkages(request: HttpRequest) -> HttpResponse:
    """List the linkage cases, open ones first."""
    page = Paginator(linkage_cases(request.user), ON_A_PAGE).get_page(request.GET.get("page"))
    pairs = linkage_pairs(request.user, page.object_list)
    return render(request, "registry/linkage/list.html", {"page": page, "pairs": pairs})


@guard(Permission.LINKAGE_RESOLVE)
@require_http_methods(["GET", "POST"])
@never_cache
def linkage(request: HttpRequest, linkage_id: UUID) -> HttpResponse:
    """Show one linkage case and take the decision."""
    case = get_object_or_404(linkage_cases(request.user), pk=linkage_id)
    form = LinkageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        state = LinkageState(form.cleaned_data["state"])
        linkage_decide(case, state=state, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("The decision is saved."))
        return redirect("linkages")
    pair = linkage_pairs(request.user, [case])[0]
    return render(request, "registry/linkage/linkage.html", {"pair": pair, "case": case, "form": form})
