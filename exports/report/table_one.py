"""Table 1: each variable by dose group, with how far the groups differ (standardised difference) and a test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Final

import polars as pl
from django.utils.translation import gettext_noop

from exports.report.groups import of_each
from exports.report.shares import value_counts
from exports.report.study import DOSE, GROUP, Study
from exports.report.table_one_variables import Characteristic, variables
from exports.report.wording import Text, text
from exports.survival.errors import NotEstimable
from exports.survival.table_one import (
    Comparison,
    compare_categorical,
    compare_numeric,
    numeric_summary,
    standardised_difference,
)

TESTS: Final[Mapping[str, str]] = {
    "wilcoxon_normal_continuity": gettext_noop("Wilcoxon rank-sum test"),
    "fisher_exact": gettext_noop("Fisher's exact test"),
}
NUMBERS: Final = frozenset({"integer", "decimal"})
_GRADE: Final = gettext_noop("grade %(grade)s")


def table_one(study: Study) -> dict[str, Any] | None:
    """Return Table 1; None where nobody is analysed or the release has none of its variables.

    The standardised difference is high less low dose over the pooled standard deviation (of categories without a sign);
    None, as p, where one group has nobody or nothing varies. Rows with a missing value are counted and left out.
    """
    rows = [_row(study, variable) for variable in variables(study)] if study.people.height else []
    return {"rows": rows} if rows else None


def _row(study: Study, variable: Characteristic) -> dict[str, Any]:
    is_numeric = not variable.is_grade and _type(study, variable.column) in NUMBERS
    head = {"id": variable.column, "label": variable.label, "unit": variable.unit}
    return {**head, **(_numeric if is_numeric else _categorical)(study, variable)}


def _type(study: Study, column: str) -> str:
    if column == DOSE:
        return "decimal"
    return next(found.type for found in study.sheets["adsl"].columns if found.column == column)


def _numeric(study: Study, variable: Characteristic) -> dict[str, Any]:
    people = study.people.with_columns(pl.col(variable.column).cast(pl.Float64).fill_nan(None))
    values, group = people[variable.column].to_list(), people[GROUP].to_list()
    return {
        "kind": "numeric",
        "cells": of_each(people, lambda frame: asdict(numeric_summary(frame[variable.column].to_list()))),
        "smd": _if_any(lambda: standardised_difference(values, group)),
        **_tested(lambda: compare_numeric(values, group)),
    }


def _categorical(study: Study, variable: Characteristic) -> dict[str, Any]:
    people = study.people.with_columns(pl.col(variable.column).cast(pl.String))
    values, group = people[variable.column].to_list(), people[GROUP].to_list()
    return {
        "kind": "categorical",
        "levels": _levels(study, people, variable),
        "missing": value_counts(people, variable.column, None),
        "smd": _if_any(lambda: standardised_difference(values, group, "categorical")),
        **_tested(lambda: compare_categorical(values, group)),
    }


def _levels(study: Study, people: pl.DataFrame, variable: Characteristic) -> list[dict[str, Any]]:
    """Return the levels that somebody has: in the order of the codebook, grades from low to high."""
    words: dict[str, Any] = dict(study.words("adsl", variable.column))
    there = sorted(set(people[variable.column].drop_nulls()))
    codes = there if variable.is_grade else [*(code for code in words if code in there)]
    codes += [code for code in there if code not in codes]
    of = of_each(people, lambda frame: frame.height - frame[variable.column].null_count())
    return [
        {
            "code": code,
            "label": _label(variable, code, words),
            "cells": {
                key: {"count": n, "of": of[key]} for key, n in value_counts(people, variable.column, code).items()
            },
        }
        for code in codes
    ]


def _label(variable: Characteristic, code: str, words: Mapping[str, str]) -> Text:
    return text(_GRADE, grade=code) if variable.is_grade else words.get(code, code)


def _tested(compare: Callable[[], Comparison]) -> dict[str, Any]:
    found = _if_any(compare)
    return {"test": None, "p": None} if found is None else {"test": TESTS[found.test], "p": found.p}


def _if_any(find: Callable[[], Any]) -> Any:
    try:
        return find()
    except NotEstimable:
        return None
