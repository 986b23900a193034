"""When an infection began, seen from all courses of anakinra, as `registry.rules.infections` says it of one."""

from __future__ import annotations

from typing import Final

import polars as pl

from exports.datasets.anakinra_days import dated_segments, first_days
from exports.datasets.declared import Tables
from exports.datasets.index_course import of_index_course
from exports.sheets import SUBJECT
from registry.rules.anakinra import StopReason
from registry.rules.infections import AFTER_ANAKINRA_DAYS, InfectionRelation

# Of several courses, the one that is nearest to the infection speaks.
NEAREST_FIRST: Final = (
    InfectionRelation.ON,
    InfectionRelation.WITHIN_30_D_AFTER,
    InfectionRelation.LATER,
    InfectionRelation.BEFORE,
)
_KEY: Final = [SUBJECT, "infection_no"]
_RANKS: Final = {relation.value: rank for rank, relation in enumerate(NEAREST_FIRST)}


def timing_to_anakinra(tables: Tables) -> pl.DataFrame:
    """Return subject and infection -> `timing`, empty where a course whose days are not known might change it."""
    days = of_index_course(tables["infection"]).select(*_KEY, pl.col("diagnosed_day").alias("on"))
    pairs = days.join(_courses(tables), on=SUBJECT, how="inner").with_columns(_timing().alias("timing"))
    rank = pl.col("timing").replace_strict(_RANKS, return_dtype=pl.Int64)
    best = (
        pairs.with_columns(rank.alias("rank"))
        .group_by(_KEY)
        .agg(pl.col("rank").min(), pl.col("rank").is_null().any().alias("is_unknown"))
    )
    # During a course is the nearest that there is: what is not known of another cannot change it.
    is_settled = ~pl.col("is_unknown") | (pl.col("rank") == _RANKS[InfectionRelation.ON.value])
    words = {rank: code for code, rank in _RANKS.items()}
    settled = pl.when(is_settled).then(pl.col("rank").replace_strict(words, return_dtype=pl.String))
    return best.select(*_KEY, settled.alias("timing"))


def _courses(tables: Tables) -> pl.DataFrame:
    """Return first and last day of every course of anakinra; `goes_on` where it has not been stopped."""
    reach = dated_segments(tables).group_by(SUBJECT, "anakinra_no").agg(pl.col("segment_ended_day").max().alias("_to"))
    courses = first_days(tables).join(reach, on=[SUBJECT, "anakinra_no"], how="left")
    is_untold = pl.col("stop_reason").is_null() & pl.col("ended_day__mr").is_null()
    is_ongoing = (pl.col("stop_reason") == StopReason.ONGOING).fill_null(value=False)
    is_open = pl.col("ended_day_precision").is_null() & (is_ongoing | is_untold)
    last = pl.coalesce("ended_day", pl.when(~is_open).then("_to"))
    return courses.select(SUBJECT, pl.col("first_day").alias("first"), last.alias("last"), is_open.alias("goes_on"))


def _timing() -> pl.Expr:
    """Return the relation of one infection to one course; empty where the day that decides is not known."""
    on, first, last = pl.col("on"), pl.col("first"), pl.col("last")
    return (
        pl.when(first.is_null() | on.is_null())
        .then(None)
        .when(on < first)
        .then(pl.lit(InfectionRelation.BEFORE.value))
        .when(pl.col("goes_on") | (on <= last))
        .then(pl.lit(InfectionRelation.ON.value))
        .when(on - last <= AFTER_ANAKINRA_DAYS)
        .then(pl.lit(InfectionRelation.WITHIN_30_D_AFTER.value))
        .when(last.is_not_null())
        .then(pl.lit(InfectionRelation.LATER.value))
    )
