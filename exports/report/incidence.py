"""Cumulative incidences with a competing event, by dose group, with Gray's test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import polars as pl
from django.utils.translation import gettext_noop

from exports.report.absent import carries
from exports.report.curves import coarse_note, steps, test_told, timed
from exports.report.endpoints import INCIDENCES, TimedEndpoint
from exports.report.groups import of_each
from exports.report.not_estimable import told
from exports.report.study import GROUP, Study
from exports.report.wording import Text
from exports.survival.cumulative_incidence import CumulativeIncidence, cumulative_incidence
from exports.survival.errors import NotEstimable
from exports.survival.gray import gray_test

EVENT: Final = 1
COMPETING: Final = 2
# Deaths counted from a day on which nobody could have died yet.
NAIVE: Final = frozenset({"trm_infusion", "nrm_infusion"})
# In a group that few people leave one after the other, the variance of the test shrinks to nothing and P with it.
FEWEST_TO_TEST: Final = 5
_FEW: Final = gettext_noop("Gray's test is not shown: a group has fewer than %(fewest)s patients.")
_NOBODY: Final = gettext_noop("Nobody has a time for this endpoint.")
_NAIVE: Final = gettext_noop(
    "Counted from infusion among people who lived to receive anakinra: too low for patients at the time of infusion."
)


def incidence(study: Study) -> list[dict[str, Any]]:
    """Return every endpoint with a competing event; nothing where the release carries no times, or nobody is analysed.

    Aalen-Johansen, variance as in cmprsk, limits on log(-log F); Gray 1988 between high and low dose.
    """
    if study.people.height == 0 or not carries(study, "incidence"):
        return []
    return [_told(study, endpoint) for endpoint in INCIDENCES]


def _told(study: Study, endpoint: TimedEndpoint) -> dict[str, Any]:
    rows = timed(study, endpoint.parameter)
    tests, error = _gray(rows)
    return {
        "id": endpoint.id,
        "title": endpoint.title,
        "origin": endpoint.origin,
        "event": endpoint.event,
        "competing": endpoint.competing,
        "days": list(endpoint.days),
        "parameter": endpoint.parameter,
        "groups": of_each(rows, lambda frame: _of_group(frame, endpoint)),
        "gray": tests,
        "gray_error": error,
        "note": _note(study, rows, endpoint),
    }


def _note(study: Study, rows: pl.DataFrame, endpoint: TimedEndpoint) -> Text | None:
    if rows.height == 0:
        return _NOBODY
    return coarse_note(study) or (_NAIVE if endpoint.id in NAIVE else None)


def _gray(rows: pl.DataFrame) -> tuple[dict[str, Any] | None, Text | None]:
    grouped = rows.drop_nulls(GROUP)
    sizes = Counter(grouped[GROUP].to_list())
    if len(sizes) > 1 and min(sizes.values()) < FEWEST_TO_TEST:
        return None, {"words": _FEW, "values": {"fewest": FEWEST_TO_TEST}}
    try:
        tests = gray_test(*(grouped[name].to_numpy() for name in ("AVAL", "EVSTAT", GROUP)))
    except NotEstimable as error:
        return None, told(error)["words"]
    return {str(cause): test_told(test) for cause, test in tests.items()}, None


def _of_group(rows: pl.DataFrame, endpoint: TimedEndpoint) -> dict[str, Any] | None:
    """Return what the report holds of a group, None where nobody of it has a time."""
    if rows.height == 0:
        return None
    found = cumulative_incidence(rows["AVAL"].to_numpy(), rows["EVSTAT"].to_numpy())["all"]
    lower, upper = found.median_interval(EVENT)
    return {
        "n": found.n,
        "n_events": {str(cause): found.curve(cause).n_events for cause in (EVENT, COMPETING)},
        "at": list(_at(found, endpoint, EVENT)),
        "competing_at": list(_at(found, endpoint, COMPETING)),
        "median": found.time_to_half(EVENT),
        "median_lower": lower,
        "median_upper": upper,
        "curve": _curve(found, EVENT),
        "competing_curve": _curve(found, COMPETING),
        "at_risk": [{"day": day, "n": found.follow_up.n_at_risk(day)} for day in endpoint.ticks],
        "last": found.last,
    }


def _at(found: CumulativeIncidence, endpoint: TimedEndpoint, cause: int) -> Iterator[dict[str, Any]]:
    for day in endpoint.days:
        at = found.at(day, cause)
        yield {
            "day": day,
            "est": at.est,
            "lower": at.ci_lower,
            "upper": at.ci_upper,
            "se": at.se,
            "at_risk": at.n_at_risk,
            "events": at.n_events,
        }


def _curve(found: CumulativeIncidence, cause: int) -> dict[str, list[Any]]:
    curve = found.curve(cause)
    return steps(found.times, curve.est, curve.limits, curve.events, found.at_risk, start=0.0)
