"""The scorecard of a hospital, and the rows behind the figures of quality."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from registry.selectors.quality_completeness import cases_holding, holding_counts
from registry.selectors.quality_measures import measure_named
from registry.selectors.quality_scores import peers, site_score
from registry.selectors.quality_variables import TOGETHER, Held, watched_named
from registry.services.quality import LEAST_ROWS
from registry.web.quality_card import card_of, notes
from registry.web.quality_heat import label_of
from registry.web.quality_rows import heads, held_choices, held_lines, row_lines, rows_of
from sites.access import can, guard
from sites.models import Site
from sites.roles import Permission

ON_A_PAGE = 50


@guard(Permission.CASE_VIEW)
@require_GET
@never_cache
def site_scorecard(request: HttpRequest, code: str) -> HttpResponse:
    """Show the figures of one site beside those of all, which carry no names."""
    site = _site(request, code)
    score = site_score(request.user, site)
    context = {
        "site": site,
        "score": score,
        "parts": card_of(score, peers()) if score else [],
        "notes": notes(),
        "least_rows": LEAST_ROWS,
        "sites": list(Site.objects.visible_to(request.user).order_by("code")),
        "may_compute": can(request.user, Permission.CHECK_MANAGE),
        "printed_at": timezone.now(),
    }
    return render(request, "registry/quality/scorecard.html", context)


def _site(request: HttpRequest, code: str) -> Site:
    return get_object_or_404(Site.objects.visible_to(request.user), code=code)


@guard(Permission.CASE_VIEW)
@require_GET
@never_cache
def quality_missing(request: HttpRequest) -> HttpResponse:
    """List the cases of a site, or of all, that hold nothing, a reason, or a value of a watched variable."""
    site = _site(request, request.GET["site"]) if request.GET.get("site") else None
    code, held = _variable(request), _held(request)
    page = Paginator(cases_holding(request.user, site, code, held), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "site": site,
        "title": label_of(code),
        "held": held,
        "is_together": code == TOGETHER,
        "choices": held_choices(site.code if site else "", code, holding_counts(request.user, site, code), held),
        "lines": held_lines(code, list(page.object_list)),
        "page": page,
    }
    return render(request, "registry/quality/missing.html", context)


def _variable(request: HttpRequest) -> str:
    code = request.GET.get("variable", TOGETHER)
    try:
        return code if code == TOGETHER else watched_named(code).code
    except LookupError as unknown:
        raise Http404 from unknown


def _held(request: HttpRequest) -> Held:
    asked = request.GET.get("held")
    return Held(asked) if asked in set(Held) else Held.EMPTY


@guard(Permission.CASE_VIEW)
@require_GET
@never_cache
def quality_rows(request: HttpRequest) -> HttpResponse:
    """List the cases or queries that a figure of a site's scorecard rests on, the slowest first."""
    site, code = _site(request, request.GET.get("site", "")), request.GET.get("measure", "")
    try:
        measure, rows = measure_named(code), rows_of(request.user, code, site, timezone.now())
    except LookupError as unknown:
        raise Http404 from unknown
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "site": site,
        "title": _(measure.label),
        "note": _(measure.note),
        "heads": heads(code),
        "lines": row_lines(request.user, code, list(page.object_list)),
        "page": page,
    }
    return render(request, "registry/quality/rows.html", context)
