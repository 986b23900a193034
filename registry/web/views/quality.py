"""The quality of the data: what waits, how old it is, and how complete the record is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from registry.models import SiteScore
from registry.selectors.quality_queue import oldest_open, queue
from registry.selectors.quality_scores import site_scores
from registry.selectors.query_ages import Age
from registry.services.quality import figures_ask
from registry.web.charts.ageing import ageing_of
from registry.web.quality_csv import ageing_csv, completeness_csv
from registry.web.quality_heat import heat_of
from registry.web.quality_queue import (
    SiteLine,
    age_lines,
    age_short,
    age_words,
    aged,
    check_lines,
    form_lines,
    site_lines,
)
from sites.access import can, guard
from sites.models import Site
from sites.roles import Permission

# As long as the page asks again by itself whether new figures are there.
PATIENCE = timedelta(minutes=5)


@guard(Permission.CASE_VIEW)
@require_GET
@never_cache
def quality(request: HttpRequest) -> HttpResponse:
    """Show what waits at the sites of a person, how old it is, and how complete their cases are."""
    now, sites = timezone.now(), _sites(request)
    found = queue(request.user, now)
    lines = site_lines(sites, found, oldest_open(request.user), now)
    checks, further_checks = check_lines(found)
    context = {
        "sites": sites,
        "lines": lines,
        "ageing": ageing_of(aged(lines)),
        "forms": form_lines(found),
        "ages": age_lines(found),
        "checks": checks,
        "further_checks": further_checks,
        "age_columns": [(age_short(age), age_words(age), age.name.lower()) for age in Age],
        "waits": found.all.open_count + found.all.answered_count,
        "printed_at": now,
    }
    return render(request, "registry/quality/quality.html", context | _map(request, now))


def _sites(request: HttpRequest) -> list[Site]:
    return list(Site.objects.visible_to(request.user).order_by("code"))


def _map(request: HttpRequest, now: datetime) -> dict[str, Any]:
    scores = site_scores(request.user)
    return {
        "heat": heat_of(scores) if scores else None,
        "state": _state(request, scores, now),
        "may_compute": can(request.user, Permission.CHECK_MANAGE),
    }


@dataclass(frozen=True)
class State:
    """When the figures were computed, and whether newer ones are on their way or late."""

    taken_at: datetime | None
    is_awaited: bool = False
    is_late: bool = False


def _state(request: HttpRequest, scores: list[SiteScore], now: datetime) -> State:
    taken_at = max((score.taken_at for score in scores), default=None)
    asked_at = _moment(request.GET.get("asked", ""))
    if asked_at is None or asked_at > now or (taken_at is not None and taken_at >= asked_at):
        return State(taken_at)
    is_late = now - asked_at > PATIENCE
    return State(taken_at, not is_late, is_late)


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment is not None and timezone.is_aware(moment) else None


@guard(Permission.CHECK_MANAGE)
@require_POST
def quality_compute(request: HttpRequest) -> HttpResponse:
    """Have the figures computed again; the page asks for them until they are there."""
    asked_at = figures_ask(by=request.user)
    return redirect(f"{reverse('quality')}?{urlencode({'asked': asked_at.isoformat()})}#figures")


@guard(Permission.CASE_VIEW)
@require_GET
@never_cache
def quality_ageing_csv(request: HttpRequest) -> HttpResponse:
    """Download the queries that wait, by site and age."""
    now = timezone.now()
    lines: list[SiteLine] = site_lines(_sites(request), queue(request.user, now), oldest_open(request.user), now)
    return _file(ageing_csv(lines), "queries-by-age.csv")


@guard(Permission.CASE_VIEW)
@require_GET
@never_cache
def quality_completeness_csv(request: HttpRequest) -> HttpResponse:
    """Download how complete each watched variable is, by site."""
    return _file(completeness_csv(site_scores(request.user)), "completeness.csv")


def _file(content: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)
