"""Which people leave: criteria over the subject-level dataset, as polars expressions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import polars as pl

from exports.freeze.errors import FreezeError

Criterion = Mapping[str, Any]
RULES: Final[Mapping[str, Callable[[pl.Expr, Any], pl.Expr]]] = {
    "in": lambda column, values: column.is_in(list(values)),
    "min": lambda column, least: column >= pl.lit(least),
    "max": lambda column, most: column <= pl.lit(most),
}


def meeting(criteria: Mapping[str, Criterion], frame: pl.DataFrame) -> pl.DataFrame:
    """Keep the people who meet every criterion, bounds included; a missing value meets none.

    Raises FreezeError for a column or a rule that is not there, or a value of another kind than the column's.
    """
    try:
        return frame.filter(*(_expression(name, rules, frame.schema) for name, rules in criteria.items()))
    except (pl.exceptions.PolarsError, TypeError) as error:
        raise FreezeError("A criterion of the cohort has a value of another kind than its column.") from error


def _expression(name: str, rules: Criterion, schema: pl.Schema) -> pl.Expr:
    if name not in schema:
        raise FreezeError(f"The cohort has a criterion on {name}, which is no column of the subject-level dataset.")
    if unknown := sorted(set(rules) - RULES.keys()):
        raise FreezeError(f"The cohort's criterion on {name} has a rule that is not known: {', '.join(unknown)}.")
    if not rules:
        raise FreezeError(f"The cohort's criterion on {name} says nothing.")
    # Not a number is greater than every number to polars; to a cohort it is missing.
    column = pl.col(name).fill_nan(None) if schema[name].is_float() else pl.col(name)
    met = pl.all_horizontal(column.is_not_null(), *(RULES[rule](column, value) for rule, value in rules.items()))
    return met.fill_null(value=False)
