"""Counts people by whole groups, and says what may be shown of such a count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Plain = Mapping[str, Any]


def matching(groups: Iterable[Plain], cohort: Mapping[str, Mapping[str, Any]]) -> int:
    """Return how many cases are in the groups whose levels meet a checked cohort; a missing level meets nothing."""
    return sum(group["size"] for group in groups if _meets(group["levels"], cohort))


def _meets(levels: Mapping[str, str], cohort: Mapping[str, Mapping[str, Any]]) -> bool:
    return all(column in levels and _allows(rule, levels[column]) for column, rule in cohort.items())


def _allows(rule: Mapping[str, Any], level: str) -> bool:
    if "min" in rule:
        return int(level) >= int(rule["min"])
    return level in {str(wanted) for wanted in rule["in"]}


def rounded(count: int, *, small: int, round_to: int) -> int | None:
    """Return a count as it may be shown: nothing below `small`, else the nearest multiple of `round_to`, never 0."""
    if count < small:
        return None
    return max(round_to, (count + round_to // 2) // round_to * round_to)
