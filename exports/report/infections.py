"""Infections after the start of anakinra: how many people had one, a severe one, and of which class."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from exports.report.absent import rows_of
from exports.report.shares import people_counts, people_shares
from exports.report.study import Study
from registry.rules.infections import InfectionRelation

_BEFORE: Final = InfectionRelation.BEFORE.value


def infections(study: Study) -> dict[str, Any]:
    """Return shares of people and counts of people by class; `cumulative` is the id of the incidence over time.

    An infection counts from the first day of anakinra on; without a day, unless it is said to lie before.
    """
    people, rows = study.people, after_start(rows_of(study, "adinf"))
    words = study.words("adinf", "INFCLASS")
    classes = [code for code in words if (rows["INFCLASS"] == code).any()]
    return {
        "patients": people_shares(people, rows),
        "severe": people_shares(people, rows.filter(pl.col("INFSEVFL") == 1)),
        "by_class": [
            {
                "code": code,
                "label": words[code],
                "counts": people_counts(people, rows.filter(pl.col("INFCLASS") == code)),
            }
            for code in classes
        ],
        "cumulative": "infection",
    }


def after_start(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the infections on or after the first day of anakinra, as the endpoint of severe infections takes them."""
    absent = [pl.lit(None, kind).alias(name) for name, kind in _TIMING.items() if name not in rows.columns]
    timed = rows.with_columns(absent)
    is_before = (pl.coalesce("INFREL", "INFRELC") == _BEFORE).fill_null(value=False)
    return timed.filter(pl.when(pl.col("ASTDYA").is_null()).then(~is_before).otherwise(pl.col("ASTDYA") >= 0))


_TIMING: Final[dict[str, Any]] = {"ASTDYA": pl.Int64, "INFREL": pl.String, "INFRELC": pl.String}
