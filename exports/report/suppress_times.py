"""Incidence and survival without small numbers: coarse steps of many events each, without limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_noop

from exports.report.study import GROUPS
from exports.report.suppress_counts import KEYS, Counts, Rule, Shown, by_group, minus
from exports.report.suppress_tables import MEDIAN_HALVES, coarse_p
from exports.report.wording import Text, text

Report = Mapping[str, Any]
SURVIVAL: Final = "surv"
_COARSE: Final = gettext_noop(
    "Without small numbers: a curve has a step for every %(fewest)s events or more, and estimates are rounded to "
    "%(unit)s people."
)
_BOTH: Final = gettext_noop("%(first)s %(second)s")


@dataclass(frozen=True)
class Cause:
    """Where a report holds one cause: its number, its readings, its curve, and the name of the estimate at a day."""

    number: str
    at: str
    curve: str
    est: str = "est"


CAUSES: Final = (Cause("1", "at", "curve"), Cause("2", "competing_at", "competing_curve"))
DEATHS: Final = (Cause("", "at", "curve", SURVIVAL),)


@dataclass(frozen=True)
class Told:
    """One endpoint as it may be shown, and by cause whether both dose groups show their events."""

    report: dict[str, Any]
    is_compared: Mapping[str, bool]


def incidence(rule: Rule, held: Report) -> Told:
    """Return an endpoint with competing events; tests stand where both groups show their events."""
    told, is_compared = _endpoint(rule, held, CAUSES)
    gray = {cause: _test(test) if is_compared[cause] else None for cause, test in (held["gray"] or {}).items()}
    return Told({**told, "gray": gray or None}, is_compared)


def survival(rule: Rule, held: Report) -> Told:
    """Return survival, as `incidence` does."""
    told, is_compared = _endpoint(rule, held, DEATHS)
    return Told({**told, "log_rank": _test(held["log_rank"]) if is_compared[""] else None}, {"1": is_compared[""]})


def _test(test: Report | None) -> dict[str, Any] | None:
    return None if test is None else {"chisq": round(test["chisq"], 1), "df": test["df"], "p": coarse_p(test["p"])}


def _endpoint(rule: Rule, held: Report, causes: Sequence[Cause]) -> tuple[dict[str, Any], dict[str, bool]]:
    groups = held["groups"]
    n = by_group(groups, "n")
    events = [{key: _events(groups[key], cause) for key in KEYS} for cause in causes]
    (*shown, _censored), sizes = rule.table([*events, minus(n, *events)])
    counts = dict(zip((cause.number for cause in causes), shown, strict=True))
    told = {
        key: _group(rule, groups, key, size, counts, causes) if groups[key] and (size := sizes[key]) else None
        for key in KEYS
    }
    is_compared = {number: all(row[key] is not None for key in GROUPS) for number, row in counts.items()}
    return {**held, "groups": told, "note": _note(rule, held.get("note"))}, is_compared


def _note(rule: Rule, held: Text | None) -> Text:
    """Return the note of an endpoint with what the reader must know of coarse curves."""
    coarse = text(_COARSE, fewest=rule.small_below, unit=rule.round_to)
    return text(_BOTH, first=held, second=coarse) if held else coarse


def _events(group: Report | None, cause: Cause) -> int:
    if not group:
        return 0
    return int(group["n_events"][cause.number] if cause.number else group["n_events"])


def _group(
    rule: Rule, groups: Report, key: str, size: int, counts: Mapping[str, Shown], causes: Sequence[Cause]
) -> dict[str, Any]:
    held = groups[key]
    events = {number: row[key] for number, row in counts.items()}
    told: dict[str, Any] = {"n": size, "n_events": events if "1" in events else events[""]}
    for cause in causes:
        is_told = counts[cause.number][key] is not None
        told[cause.at] = [_reading(rule, groups, key, cause, row, size, is_told=is_told) for row in held[cause.at]]
        _far_apart(rule, told[cause.at], held[cause.at])
        told[cause.curve] = _curve(rule, held, cause, size) if is_told else None
    has_median = counts[causes[0].number][key] is not None and held["n"] >= MEDIAN_HALVES * rule.small_below
    median = {"median": held["median"] if has_median else None, "median_lower": None, "median_upper": None}
    return {**told, **median, "at_risk": list(_at_risk(rule, groups, key)), "last": None}


def _at_risk(rule: Rule, groups: Report, key: str) -> Iterator[dict[str, Any]]:
    for place, row in enumerate(groups[key]["at_risk"]):
        counts = {one: groups[one]["at_risk"][place]["n"] if groups[one] else 0 for one in KEYS}
        yield {"day": row["day"], "n": rule.row(counts)[key]}


def _reading(
    rule: Rule, groups: Report, key: str, cause: Cause, row: Report, size: int, *, is_told: bool
) -> dict[str, Any]:
    """Return the estimate at a day; hidden where few had the event by then, or after, or few are left."""
    found = {**dict.fromkeys(row), "day": row["day"]}
    counts, at_risk = _on_day(groups, cause, row["day"], "events"), _on_day(groups, cause, row["day"], "at_risk")
    shown, after = rule.row(counts)[key], _events(groups[key], cause) - row["events"]
    if not is_told or shown is None or rule.is_small(after) or row["at_risk"] < rule.small_below:
        return found
    return {
        **found,
        cause.est: _rounded(rule, row[cause.est], size),
        "events": shown,
        "at_risk": rule.row(at_risk)[key],
    }


def _on_day(groups: Report, cause: Cause, day: float, name: str) -> Counts:
    return {
        key: next(row[name] for row in groups[key][cause.at] if row["day"] == day) if groups[key] else 0 for key in KEYS
    }


def _far_apart(rule: Rule, told: list[dict[str, Any]], held: Sequence[Report]) -> None:
    """Hide a reading between which and the one before only few had the event."""
    before = 0
    for shown, row in zip(told, held, strict=True):
        if shown["events"] is None:
            continue
        if rule.is_small(row["events"] - before):
            shown.update({name: None for name in shown if name != "day"})
            continue
        before = row["events"]


def _curve(rule: Rule, held: Report, cause: Cause, size: int) -> dict[str, Any] | None:
    """Return the steps of a curve of which each stands for many events while many are at risk, the rest left out.

    None where no step is left of a curve that has some, or the report does not say how many each stands for.
    """
    curve, total = held[cause.curve], _events(held, cause)
    if not curve or "events" not in curve:
        return None
    kept, before = [0], 0
    for place, (events, at_risk) in enumerate(zip(curve["events"], curve["at_risk"], strict=True)):
        is_far = events - before >= rule.small_below and not rule.is_small(total - events)
        if is_far and at_risk >= rule.small_below:
            kept.append(place)
            before = events
    if total and len(kept) == 1:
        return None
    start = 1.0 if cause.est == SURVIVAL else 0.0
    est = [start, *(_rounded(rule, curve["est"][place], size) for place in kept[1:])]
    none = [None] * len(kept)
    times = [0.0, *(curve["time"][place] for place in kept[1:])]
    return {"time": times, "est": est, "lower": none, "upper": none}


def _rounded(rule: Rule, est: float | None, size: int) -> float | None:
    """Return a probability as coarse as the counts: a multiple of the share that the rounding unit is."""
    if est is None:
        return None
    step = rule.round_to / size
    return min(1.0, round(est / step) * step)
