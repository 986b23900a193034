"""Reference analyses of curves: cumulative incidence, survival and follow-up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from exports.survival.check.vectors import Columns, numbers, texts
from exports.survival.cumulative_incidence import CumulativeIncidence, Incidence, cumulative_incidence
from exports.survival.inputs import Floats
from exports.survival.kaplan_meier import Survival, kaplan_meier, reverse_kaplan_meier

Plain = dict[str, Any]


def incidence(columns: Columns, spec: Plain, result: Plain) -> Plain:
    """Return cumulative incidences by group and cause, at the days asked for and (if expected) as whole curves."""
    groups = cumulative_incidence(
        numbers(columns[spec["time"]]), numbers(columns[spec["status"]]), group=_group(columns, spec)
    )
    return {
        level: {
            "n": found.n,
            "n_at_risk": [found.at(t).n_at_risk for t in spec["times"]],
            "causes": {str(c): _cause(found, c, spec["times"], result[level]["causes"][str(c)]) for c in found.causes},
        }
        for level, found in groups.items()
    }


def _cause(found: CumulativeIncidence, cause: int, times: list[float], expected: Plain) -> Plain:
    said: Plain = {"n_events": found.curve(cause).n_events, "time_to_half": found.time_to_half(cause)}
    said |= _at([found.at(t, cause) for t in times], ("est", "var", "se", "ci_lower", "ci_upper"))
    if "curve" in expected:
        days = expected["curve"]["time"]
        said["curve"] = {"time": days, **_at([found.at(t, cause) for t in days], ("est", "var"))}
    return said


def _at(found: list[Incidence], names: tuple[str, ...]) -> Plain:
    return {name: [getattr(one, name) for one in found] for name in names}


def truncated_incidence(columns: Columns, spec: Plain, result: Plain) -> Plain:
    """Return cumulative incidences with delayed entry."""
    time, status, entry = (numbers(columns[spec[name]]) for name in ("time", "status", "entry"))
    found = cumulative_incidence(time, status, entry=entry)["all"]
    causes = {}
    for cause in found.causes:
        read = _at([found.at(t, cause) for t in spec["times"]], ("est", "var", "ci_lower", "ci_upper"))
        causes[str(cause)] = {"var_greenwood": read.pop("var"), **read}
    return {"n_at_risk": [found.at(t).n_at_risk for t in spec["times"]], "causes": causes}


def survival(columns: Columns, spec: Plain, result: Plain) -> Plain:
    """Return Kaplan-Meier estimates by group."""
    return _survival(kaplan_meier, columns, spec, result)


def follow_up(columns: Columns, spec: Plain, result: Plain) -> Plain:
    """Return reverse Kaplan-Meier estimates by group."""
    return _survival(reverse_kaplan_meier, columns, spec, result)


def _survival(estimate: Callable[..., dict[str, Survival]], columns: Columns, spec: Plain, result: Plain) -> Plain:
    entry = numbers(columns[spec["entry"]]) if spec["entry"] else None
    event = numbers(columns[spec["status"]]) > 0
    groups = estimate(numbers(columns[spec["time"]]), event, entry=entry, group=_group(columns, spec))
    return {level: _of_group(found, spec["times"], "curve" in result[level]) for level, found in groups.items()}


def _of_group(found: Survival, times: list[float], whole: bool) -> Plain:
    read = [found.at(t) for t in times]
    said: Plain = {"n": found.n, "n_events": found.n_events, "n_at_risk": [one.n_at_risk for one in read]}
    said |= {name: [getattr(one, name) for one in read] for name in ("surv", "se", "ci_lower", "ci_upper")}
    median = found.median()
    said["median"] = {"median": median.median, "lower": median.lower, "upper": median.upper}
    return said | ({"curve": _curve(found)} if whole else {})


def _curve(found: Survival) -> Plain:
    lower, upper = found.limits
    arrays = {"time": found.times, "n_risk": found.at_risk, "n_event": found.events}
    arrays |= {"surv": found.surv, "se": found.se, "ci_lower": lower, "ci_upper": upper}
    return {name: _nulls(values) for name, values in arrays.items()}


def _nulls(values: Floats | Any) -> list[Any]:
    return [None if np.isnan(value) else value for value in values.tolist()]


def _group(columns: Columns, spec: Plain) -> list[str] | None:
    return texts(columns[spec["group"]]) if spec["group"] else None
