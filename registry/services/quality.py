"""The figures of quality: of each hospital for itself, and of all hospitals without names. Made every night.

What a hospital reads of the others are quartiles alone, on a coarse grid, and none where few hospitals contribute.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from celery import current_app
from django.db import transaction
from django.utils import timezone

from registry.models import DataQuery, InfusionCourse, Patient, PeerScore, SiteScore
from registry.selectors.peers import quartiles_of
from registry.selectors.quality_completeness import Completeness, completeness
from registry.selectors.quality_measures import (
    COMPLETE,
    ENTRY,
    FIRST_FORM,
    MEASURES,
    OPEN,
    RAISED,
    REOPENED,
    RESOLUTION,
    RESPONSE,
    Measure,
)
from registry.selectors.quality_rates import Rates, rates, values_entered
from registry.selectors.quality_times import Times, times
from sites.access import require
from sites.context import acting_as_system
from sites.models import Site
from sites.roles import Permission

logger = logging.getLogger(__name__)
TASK = "registry.quality_nightly"
Figure = Mapping[str, float | int | None]
# A figure of all hospitals needs at least so many behind it, or one of them could be read off.
PEERS_LEAST = 5
# A hospital with fewer cases or queries than this has no figure that could be compared.
LEAST_ROWS = 3
NO_TIMES = Times(None, 0, None, 0, 0, 0)


def figures_ask(*, by: Any) -> datetime:
    """Ask, as a data manager, for the figures to be computed again, and return when that was asked."""
    require(by, Permission.CHECK_MANAGE)
    transaction.on_commit(_wake, robust=True)
    return timezone.now()


def _wake() -> None:
    """Tell a worker; without one the figures of the night stay."""
    try:
        current_app.send_task(TASK, retry=False)
    except Exception as error:  # the figures are made again every night
        logger.warning("No broker took the message for figures of quality (%s).", type(error).__name__)


def figures_compute() -> int:
    """Compute the figures of every hospital and of all together, and return how many hospitals there are."""
    now = timezone.now()
    with acting_as_system("quality", reason="figures of quality"):
        scores = _site_scores(now)
        SiteScore.objects.bulk_create(
            scores, update_conflicts=True, unique_fields=["site"], update_fields=["taken_at", "figures"]
        )
        _write_peers([score.figures for score in scores], now)
    return len(scores)


def _site_scores(now: datetime) -> list[SiteScore]:
    complete, timely = completeness(InfusionCourse.objects.all()), times(Patient.objects.all(), now)
    asked, entered = rates(DataQuery.objects.all(), now), values_entered()
    found = []
    for site in Site.objects.order_by("code"):
        figures = {
            **_completeness(complete.get(site.pk, {})),
            **_times(timely.get(site.pk, NO_TIMES)),
            **_rates(asked.get(site.pk, Rates()), entered.get(site.pk, 0)),
        }
        found.append(SiteScore(site=site, taken_at=now, figures=figures))
    return found


def _completeness(held: Mapping[str, Completeness]) -> dict[str, Figure]:
    codes = (measure.code for measure in MEASURES if measure.is_completeness)
    return {code: _complete(held.get(code, Completeness())) for code in codes}


def _complete(found: Completeness) -> Figure:
    share = _share(found.value, found.asked)
    return {**share, "reason": found.reason, "empty": found.empty}


def _times(found: Times) -> dict[str, Figure]:
    return {
        ENTRY: _median(found.entry_days, found.entered),
        FIRST_FORM: _median(found.first_form_days, found.begun),
        COMPLETE: _share(found.done, found.due),
    }


def _rates(found: Rates, values: int) -> dict[str, Figure]:
    rate = round(1000 * found.raised / values, 1) if values else None
    return {
        RAISED: {"value": rate, "of": values, "count": found.raised},
        OPEN: _median(found.open_days, found.open),
        RESPONSE: _median(found.response_days, found.responded),
        RESOLUTION: _median(found.resolution_days, found.settled),
        REOPENED: _share(found.reopened, found.handled),
    }


def _median(value: float | None, of: int) -> Figure:
    return {"value": None if value is None else round(value, 1), "of": of}


def _share(count: int, of: int) -> Figure:
    return {"value": round(100 * count / of, 1) if of else None, "of": of, "count": count}


def _write_peers(sites: Iterable[Mapping[str, Figure]], now: datetime) -> None:
    everybody, least = list(sites), PEERS_LEAST
    scores = [
        PeerScore(measure=entry.code, taken_at=now, figures=_peers(entry, everybody, least)) for entry in MEASURES
    ]
    PeerScore.objects.exclude(measure__in=[score.measure for score in scores]).delete()
    PeerScore.objects.bulk_create(
        scores, update_conflicts=True, unique_fields=["measure"], update_fields=["taken_at", "figures"]
    )


def _peers(measure: Measure, sites: Iterable[Mapping[str, Figure]], least: int) -> dict[str, Any]:
    figures = [site[measure.code] for site in sites]
    values = [figure["value"] for figure in figures if figure["value"] is not None and figure["of"] >= LEAST_ROWS]
    found = quartiles_of(values, measure.scale, least=least)
    if found is None:
        return {"fewer_than": least}
    return {"low": found.low, "median": found.median, "high": found.high}
