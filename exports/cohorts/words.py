"""A cohort in words, for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from exports.cohorts.criteria import CRITERIA, Criterion


def cohort_words(cohort: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Return (criterion, what is wanted) of every criterion of a cohort, in the language of the moment.

    What is no longer declared is told as it was stored.
    """
    return [(_(CRITERIA[column].label) if column in CRITERIA else column, _wanted(column, rule))
            for column, rule in cohort.items()]  # fmt: skip


def _wanted(column: str, rule: Mapping[str, Any]) -> str:
    criterion = CRITERIA.get(column)
    if criterion is not None and "min" in rule:
        return f"{rule['min']} {_(criterion.unit)}".strip()
    return ", ".join(_level(criterion, value) for value in rule.get("in", rule.values()))


def _level(criterion: Criterion | None, value: object) -> str:
    words = dict(criterion.levels).get(str(value), "") if criterion is not None else ""
    return _(words) if words else str(value)
