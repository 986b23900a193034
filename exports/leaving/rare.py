"""Rare levels again: fewer people leave than were frozen, so levels that were common enough may no longer be."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from exports.freeze.policy import MERGED as MERGED_LEVEL
from exports.freeze.policy import RARE_BELOW_PATIENTS
from exports.leaving.carriers import MERGED
from exports.leaving.plan import SheetPlan


def merging(plan: SheetPlan, leaving: pl.DataFrame) -> Mapping[str, pl.Expr]:
    """Return how the columns of a sheet leave whose rare levels are merged, counted among the people who leave.

    `leaving` has their subject keys in one column, named as in the sheet.
    """
    return {name: _merged(plan, name, leaving) for name in plan.names if (plan.sheet.name, name) in MERGED}


def _merged(plan: SheetPlan, name: str, leaving: pl.DataFrame) -> pl.Expr:
    lazy = pl.scan_parquet(plan.sheet.path).select(plan.subject, name).drop_nulls(name)
    held = lazy.join(leaving.lazy(), on=plan.subject, how="semi").group_by(name)
    people = held.agg(pl.col(plan.subject).n_unique().alias("people")).collect()
    rare = people.filter(pl.col("people") < RARE_BELOW_PATIENTS)[name].to_list()
    return pl.when(pl.col(name).is_in(rare)).then(pl.lit(MERGED_LEVEL)).otherwise(pl.col(name))
