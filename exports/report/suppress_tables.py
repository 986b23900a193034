"""Flow, Table 1, safety, response and doses without small numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Final

from exports.report.groups import ALL
from exports.report.study import GROUPS
from exports.report.suppress_counts import KEYS, Counts, Rule, Shown, by_group, minus, shown_part, shown_shares

Report = Mapping[str, Any]
# A median has so many of the smallest counts on both sides of it together, quartiles between them.
MEDIAN_HALVES, QUARTERS = 2, 4
# A finer variable of which another is a sum: with both, hidden counts of the finer could be worked out.
SUM_OF: Final = {"PROD": "COSTIM"}


def flow(rule: Rule, held: Report, sizes: Mapping[str, int | None]) -> dict[str, Any]:
    """Return the flow. The number of the release is hidden where one that was left out is small."""
    left = [{**told, "patients": rule.shown(told["patients"])} for told in held["left"]]
    has_hidden = sizes[ALL] is None or any(told["patients"] is None for told in left)
    return {
        "entered": None if has_hidden else rule.shown(held["entered"]),
        "frozen_excluded": [{**told, "patients": rule.shown(told["patients"])} for told in held["frozen_excluded"]],
        "left": left,
        "analysed": sizes[ALL],
        "classes": [{**told, "patients": sizes.get(told["code"]), "listed": []} for told in held["classes"]],
        "sites": None,
        "missing": [_missing(rule, told) for told in held["missing"]],
        "follow_up": _follow_up(rule, held["follow_up"]),
        "without_time": [],
    }


def _missing(rule: Rule, told: Report) -> dict[str, Any]:
    (missing, known), n = rule.listed([told["missing"], told["n"] - told["missing"]])
    return {**told, "n": n, "missing": missing if known is not None else None}


def _follow_up(rule: Rule, told: Report | None) -> dict[str, Any] | None:
    if told is None or told["n"] < MEDIAN_HALVES * rule.small_below or rule.is_small(told["events"]):
        return None
    return {"median": told["median"], "lower": None, "upper": None, "n": rule.shown(told["n"]), "events": None}


def table_one(rule: Rule, held: Report | None) -> dict[str, Any] | None:
    """Return Table 1. Values of single people (extremes), and means, from which others follow, are left out."""
    if held is None:
        return None
    rows = {told["id"]: (_numeric if told["kind"] == "numeric" else _categorical)(rule, told) for told in held["rows"]}
    for finer, coarser in SUM_OF.items():
        if finer in rows and coarser in rows and _hides(rows[finer]):
            del rows[finer]
    return {"rows": list(rows.values())}


def _numeric(rule: Rule, told: Report) -> dict[str, Any]:
    n, missing = (by_group(told["cells"], name) for name in ("n", "missing"))
    (known, lost), _sizes = rule.table([n, missing])
    cells = {key: _summary(rule, told["cells"][key], known[key], lost[key]) for key in KEYS}
    return {**told, "cells": cells, **_compared(told, [known, lost])}


def _summary(rule: Rule, cell: Report, n: int | None, missing: int | None) -> dict[str, Any]:
    found = {**dict.fromkeys(cell), "n": n, "missing": missing}
    if n is None:
        return found
    names = ("median",) * (cell["n"] >= MEDIAN_HALVES * rule.small_below)
    names += ("q1", "q3") * (cell["n"] >= QUARTERS * rule.small_below)
    return {**found, **{name: coarse(cell[name]) for name in names}}


def _categorical(rule: Rule, told: Report) -> dict[str, Any]:
    missing = {key: int(told["missing"][key]) for key in KEYS}
    counts = [by_group(level["cells"], "count") for level in told["levels"]]
    (*cells, lost), _sizes = rule.table([*counts, missing])
    of = {key: sum(count[key] for count in counts) for key in KEYS}
    whole = {key: None if lost[key] is None else rule.shown(of[key]) for key in KEYS}
    levels = [
        {**level, "cells": {key: {"count": shown[key], "of": whole[key]} for key in KEYS}}
        for level, shown in zip(told["levels"], cells, strict=True)
    ]
    return {**told, "levels": levels, "missing": lost, **_compared(told, [*cells, lost])}


def _hides(row: Report) -> bool:
    return any(cell["count"] is None for level in row["levels"] for cell in level["cells"].values())


def _compared(told: Report, cells: Iterable[Shown]) -> dict[str, Any]:
    """Return comparisons too coarse to work counts out from; none where a count of either group is hidden."""
    if any(row[key] is None for row in cells for key in GROUPS):
        return {"smd": None, "test": None, "p": None}
    return {
        "smd": None if told["smd"] is None else round(told["smd"], 1),
        "test": told["test"],
        "p": coarse_p(told["p"]),
    }


def coarse(value: float | None) -> float | None:
    """Return a number with two significant digits."""
    if not value:
        return value
    return round(value, 1 - math.floor(math.log10(abs(value))))


def coarse_p(p: float | None) -> float | None:
    """Return a p value with two decimals, below 0.1 with one significant digit."""
    if p is None:
        return None
    return float(f"{p:.1g}") if p < 0.1 else round(p, 2)


def safety(rule: Rule, held: Report | None, sizes: Counts) -> dict[str, Any] | None:
    """Return safety; counts of events, of which one person may have several, stand where all of their parts can."""
    if held is None:
        return None
    return {
        "side_effects": shown_shares(rule, held["side_effects"]),
        "events": [_event(rule, told, sizes) for told in held["events"]],
        "stopped_for_side_effect": shown_shares(rule, held["stopped_for_side_effect"]),
        "stop_reasons": _parts(rule, held["stop_reasons"]),
        "infections": _infections(rule, held["infections"], sizes),
    }


def _event(rule: Rule, told: Report, sizes: Counts) -> dict[str, Any]:
    by_grade, total = rule.listed(list(told["by_grade"].values()))
    is_whole = total is not None and None not in by_grade
    patients, events = shown_part(rule, told["patients"], sizes), rule.row(told["events"])
    if rule.is_small(told["events"][ALL] - told["patients"][ALL]):
        events = dict.fromkeys(KEYS)
    grades = dict(zip(told["by_grade"], by_grade, strict=True)) if is_whole and events[ALL] is not None else {}
    return {**told, "patients": patients, "events": events, "by_grade": grades}


def _parts(rule: Rule, listed: list[Report]) -> list[dict[str, Any]]:
    """Return counts by group of a list in which each person is once."""
    cells, _sizes = rule.table([told["counts"] for told in listed]) if listed else ([], {})
    return [{**told, "counts": counts} for told, counts in zip(listed, cells, strict=True)]


def _infections(rule: Rule, held: Report | None, sizes: Counts) -> dict[str, Any] | None:
    if held is None:
        return None
    patients = shown_shares(rule, held["patients"])
    everybody, severe = by_group(held["patients"], "count"), by_group(held["severe"], "count")
    is_told = not any(rule.is_small(n) for n in minus(everybody, severe).values())
    return {
        **held,
        "patients": patients,
        "severe": shown_shares(rule, held["severe"]) if is_told else None,
        "by_class": [
            {**told, "counts": shown_part(rule, told["counts"], sizes)}
            for told in held["by_class"]
            if not any(rule.is_small(n) for n in minus(everybody, told["counts"]).values())
        ],
    }


def response(rule: Rule, held: Report | None) -> dict[str, Any] | None:
    """Return the response; single levels only where all of them can be shown, as the overall response is their sum."""
    if held is None:
        return None
    overall = shown_shares(rule, held["overall"]) or {}
    levels = _parts(rule, [*held["levels"], {"counts": held["not_evaluable"]}])
    is_whole = all(told["counts"][key] is not None for told in levels for key in rule.visible)
    has_test = all((overall.get(key) or {}).get("count") is not None for key in GROUPS)
    return {
        "overall": overall,
        "fisher_p": coarse_p(held["fisher_p"]) if has_test else None,
        "levels": levels[:-1] if is_whole else [],
        "not_evaluable": {key: overall[key]["missing"] for key in KEYS} if overall else {},
    }


def dose(rule: Rule, held: Report | None) -> dict[str, Any] | None:
    """Return the doses of groups day by day, of no single case."""
    if held is None:
        return None
    return {"daily": [_day(rule, told) for told in held["daily"]], "cases": []}


def _day(rule: Rule, told: Report) -> dict[str, Any]:
    n = rule.row(by_group(told, "n"))
    return {"day": told["day"], **{key: told[key] and _dosed(rule, told[key], n[key]) for key in KEYS}}


def _dosed(rule: Rule, cell: Report, n: int | None) -> dict[str, Any]:
    found = _summary(rule, cell, n, None)
    return {name: found[name] for name in cell}
