"""The analyses of the reference vectors without a model: what each is computed from, and what R found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from exports.survival.cumulative_incidence import CumulativeIncidence, cumulative_incidence
from exports.survival.gray import gray_test
from exports.survival.kaplan_meier import Survival, kaplan_meier, reverse_kaplan_meier
from exports.survival.log_rank import log_rank
from tests.unit.survival.cox_vectors import FOLDER, numbers, rows_of

# What was found beside what R found, each with its place in the result.
Pairs = Iterator[tuple[str, Any, Any]]


def analyses() -> list[tuple[str, dict[str, Any]]]:
    """Return each analysis of a kind that is compared here, with the name of its data set."""
    return [
        (path.stem, analysis)
        for path in sorted(FOLDER.glob("s*.json"))
        for analysis in json.loads(path.read_text(encoding="utf-8"))["analyses"]
        if analysis["kind"] in PAIRS
    ]


def pairs(data_set: str, analysis: dict[str, Any]) -> Pairs:
    """Return every number of an analysis beside R's."""
    return PAIRS[analysis["kind"]](rows_of(data_set), analysis["spec"], analysis["result"])


def _incidences(columns: dict[str, Any], spec: dict[str, Any], result: dict[str, Any]) -> Pairs:
    time, status = numbers(columns[spec["time"]]), numbers(columns[spec["status"]])
    groups = cumulative_incidence(time, status, group=_labels(columns, spec["group"]))
    yield "groups", list(groups), list(result)
    for label, expected in result.items():
        found = groups[label]
        yield f"{label} n", found.n, expected["n"]
        yield f"{label} at risk", [found.at(t).n_at_risk for t in spec["times"]], expected["n_at_risk"]
        for cause, numbers_of in expected["causes"].items():
            yield from _causes(found, int(cause), spec["times"], numbers_of)


def _causes(found: CumulativeIncidence, cause: int, times: list[float], expected: dict[str, Any]) -> Pairs:
    yield f"{cause} events", found.curve(cause).n_events, expected["n_events"]
    yield f"{cause} time to half", found.time_to_half(cause), expected["time_to_half"]
    for name in ("est", "var", "se", "ci_lower", "ci_upper"):
        yield f"{cause} {name}", [getattr(found.at(t, cause), name) for t in times], expected[name]
    for t, est, var in zip(*expected.get("curve", {"time": [], "est": [], "var": []}).values(), strict=True):
        read = found.at(t, cause)
        yield f"{cause} curve at {t}", [read.est, read.var], [est, var]


def _truncated(columns: dict[str, Any], spec: dict[str, Any], result: dict[str, Any]) -> Pairs:
    time, status, entry = (numbers(columns[spec[name]]) for name in ("time", "status", "entry"))
    found = cumulative_incidence(time, status, entry=entry)["all"]
    yield "at risk", [found.at(t).n_at_risk for t in spec["times"]], result["n_at_risk"]
    for cause, expected in result["causes"].items():
        for name, r_name in (("est", "est"), ("var", "var_greenwood"), ("ci_lower",) * 2, ("ci_upper",) * 2):
            yield f"{cause} {name}", [getattr(found.at(t, int(cause)), name) for t in spec["times"]], expected[r_name]


def _gray(columns: dict[str, Any], spec: dict[str, Any], result: dict[str, Any]) -> Pairs:
    time, status = numbers(columns[spec["time"]]), numbers(columns[spec["status"]])
    group, strata = columns[spec["group"]], _labels(columns, spec["strata"])
    found = gray_test(time, status, group, strata=strata, rho=spec["rho"])
    yield "causes", [str(cause) for cause in found], list(result)
    for cause, expected in result.items():
        for name, value in expected.items():
            yield f"{cause} {name}", getattr(found[int(cause)], name), value


def _survivals(columns: dict[str, Any], spec: dict[str, Any], result: dict[str, Any], estimate: Any) -> Pairs:
    entry = numbers(columns[spec["entry"]]) if spec["entry"] else None
    group = _labels(columns, spec["group"])
    groups = estimate(numbers(columns[spec["time"]]), _events(columns, spec), group=group, entry=entry)
    yield "groups", list(groups), list(result)
    for label, expected in result.items():
        yield from _survival(groups[label], spec["times"], expected)


def _survival(found: Survival, times: list[float], expected: dict[str, Any]) -> Pairs:
    yield "people and events", [found.n, found.n_events], [expected["n"], expected["n_events"]]
    for name, value in expected["median"].items():
        yield f"median: {name}", getattr(found.median(), name), value
    for name in ("n_at_risk", "surv", "se", "ci_lower", "ci_upper"):
        yield name, [getattr(found.at(t), name) for t in times], expected[name]
    arrays = (found.times, found.at_risk, found.events, found.surv, found.se, *found.limits)
    for (name, values), array in zip(expected.get("curve", {}).items(), arrays, strict=False):
        yield f"curve: {name}", [None if np.isnan(value) else value for value in array.tolist()], values


def _log_rank(columns: dict[str, Any], spec: dict[str, Any], result: dict[str, Any]) -> Pairs:
    found = log_rank(numbers(columns[spec["time"]]), _events(columns, spec), columns[spec["group"]])
    yield "levels", list(found.levels), result["levels"]
    for name in ("n", "observed", "expected"):
        yield name, list(getattr(found, name)), result[name]
    for name in ("chisq", "df", "p"):
        yield name, getattr(found, name), result[name]


def _events(columns: dict[str, Any], spec: dict[str, Any]) -> Any:
    """Return who had the event; the only rule that the vectors know is that any code but 0 is one."""
    assert spec.get("event_rule", "any non-zero code is an event") == "any non-zero code is an event"
    status = numbers(columns[spec["status"]])
    return status > 0 if "event_rule" in spec else status


def _labels(columns: dict[str, Any], name: str | None) -> Any:
    return columns[name] if name else None


PAIRS = {
    "cuminc": _incidences,
    "cuminc_left_truncated": _truncated,
    "gray": _gray,
    "km": lambda *parts: _survivals(*parts, kaplan_meier),
    "reverse_km": lambda *parts: _survivals(*parts, reverse_kaplan_meier),
    "logrank": _log_rank,
}
