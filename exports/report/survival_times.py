"""Overall and progression-free survival by dose group, with the log-rank test; and the median follow-up."""

from __future__ import annotations

from typing import Any, Final

import polars as pl
from django.utils.translation import gettext_noop

from exports.report.absent import carries
from exports.report.curves import coarse_note, steps, test_told, timed
from exports.report.endpoints import SURVIVALS, TimedEndpoint
from exports.report.groups import of_each
from exports.report.not_estimable import told
from exports.report.study import GROUP, Study
from exports.report.wording import Text
from exports.survival.errors import NotEstimable
from exports.survival.kaplan_meier import Survival, kaplan_meier, reverse_kaplan_meier
from exports.survival.log_rank import log_rank

# Nobody of the cohort could die between the infusion and the start of anakinra.
_NAIVE: Final = gettext_noop(
    "Counted from infusion among people who lived to receive anakinra: too high for patients at the time of infusion."
)


def survival_times(study: Study) -> list[dict[str, Any]]:
    """Return overall and progression-free survival; nothing where the release carries no times, or nobody is analysed.

    Kaplan-Meier, limits on log(-log S), log-rank test between high and low dose.
    """
    if study.people.height == 0 or not carries(study, "survival"):
        return []
    return [_told(study, endpoint) for endpoint in SURVIVALS]


def follow_up(study: Study) -> dict[str, Any] | None:
    """Return the median follow-up from infusion in days by reverse Kaplan-Meier; `events` ended alive."""
    rows = timed(study, "OS")
    if rows.height == 0:
        return None
    found = reverse_kaplan_meier(*_times(rows))["all"]
    median = found.median()
    return {
        "median": median.median,
        "lower": median.lower,
        "upper": median.upper,
        "n": found.n,
        "events": found.n_events,
    }


def _told(study: Study, endpoint: TimedEndpoint) -> dict[str, Any]:
    rows = timed(study, endpoint.parameter)
    test, error = _log_rank(rows)
    return {
        "id": endpoint.id,
        "title": endpoint.title,
        "origin": endpoint.origin,
        "parameter": endpoint.parameter,
        "days": list(endpoint.days),
        "groups": of_each(rows, lambda frame: _of_group(frame, endpoint)),
        "log_rank": test,
        "error": error,
        "note": coarse_note(study) or _NAIVE,
    }


def _log_rank(rows: pl.DataFrame) -> tuple[dict[str, Any] | None, Text | None]:
    grouped = rows.drop_nulls(GROUP)
    try:
        return test_told(log_rank(*_times(grouped), grouped[GROUP].to_list())), None
    except NotEstimable as error:
        return None, told(error)["words"]


def _times(rows: pl.DataFrame) -> tuple[Any, Any]:
    return rows["AVAL"].to_numpy(), (rows["EVSTAT"] == 1).to_numpy().astype(int)


def _of_group(rows: pl.DataFrame, endpoint: TimedEndpoint) -> dict[str, Any] | None:
    """Return what the report holds of a group, None where nobody of it has a time."""
    if rows.height == 0:
        return None
    found = kaplan_meier(*_times(rows))["all"]
    median = found.median()
    return {
        "n": found.n,
        "n_events": found.n_events,
        "at": [_at(found, day) for day in endpoint.days],
        "median": median.median,
        "median_lower": median.lower,
        "median_upper": median.upper,
        "curve": steps(found.times, found.surv, found.limits, found.events, found.at_risk, start=1.0),
        "at_risk": [{"day": day, "n": found.follow_up.n_at_risk(day)} for day in endpoint.ticks],
        "last": found.last,
    }


def _at(found: Survival, day: int) -> dict[str, Any]:
    at = found.at(day)
    events = int(found.events[found.times <= day].sum())
    has_limits = at.surv is not None and 0 < at.surv < 1
    return {
        "day": day,
        "surv": at.surv,
        "lower": at.ci_lower if has_limits else None,
        "upper": at.ci_upper if has_limits else None,
        "se": at.se,
        "at_risk": at.n_at_risk,
        "events": events,
    }
