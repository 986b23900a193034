"""Subject level: the index course of anakinra, the dose that it began with, and what was given over the course."""

from __future__ import annotations

import polars as pl

from exports.datasets.adsl_doses_columns import COLUMNS, FIRST_DAYS
from exports.datasets.anakinra_days import COURSE, anakinra_days, dated_segments
from exports.datasets.columns import with_its_reason
from exports.datasets.declared import USUBJID, Tables
from exports.datasets.dose_groups import daily_dose, dose_group
from exports.datasets.index_course import index_anakinra
from exports.sheets import SUBJECT
from registry.rules.anakinra import StopReason

__all__ = ["COLUMNS", "doses", "start_day"]


def start_day() -> pl.Expr:
    """Return the first day of an index course of anakinra: its own, else that of its first segment."""
    return pl.coalesce("started_day", "first_segment_day")


def doses(tables: Tables) -> pl.DataFrame:
    """Return one row per subject with a course of anakinra."""
    courses = index_anakinra(tables).join(_totals(tables), on=list(COURSE), how="left", validate="1:1")
    dose, weight = daily_dose(), pl.col("dose_weight_kg").cast(pl.Float64)
    return courses.select(
        pl.col(SUBJECT).alias(USUBJID),
        start_day().alias("ANASTDY"),
        pl.col("index_rule").alias("IDXRULE"),
        *with_its_reason("intent", "ANAINT"),
        *with_its_reason("indication", "ANAIND"),
        start_day().alias("DAYS2ANA"),
        dose.alias("DOSE24"),
        weight.alias("WEIGHT"),
        pl.when(weight.is_null()).then("weight_kg__mr").alias("WEIGHT__mr"),
        pl.col("dose_weight_source").alias("WTSRC"),
        pl.when(weight > 0).then(dose / weight).alias("MGKGD"),
        dose_group().alias("DOSEGRP"),
        pl.col("first_route").alias("ROUTE1"),
        *(pl.col(name) for name in ("DOSE72AVG", "DOSEMAX", "DOSEMEAN", "CUMDOSE")),
        (pl.col("ended_day") - start_day() + 1).alias("DURANA"),
        *with_its_reason("stop_reason", "ANADISC"),
        (pl.col("stop_reason") == StopReason.ADVERSE_EVENT.value).alias("ANADISCAE"),
    )


def _totals(tables: Tables) -> pl.DataFrame:
    """Return the course key -> doses over the whole course."""
    index = index_anakinra(tables).select(*COURSE, start_day().alias("_start"), "ended_day")
    own = dated_segments(tables).join(index, on=list(COURSE), how="inner")
    days = anakinra_days(tables).join(index, on=list(COURSE), how="inner")
    highest = own.group_by(COURSE).agg(_if_known("daily_mg", pl.col("daily_mg").max()).alias("DOSEMAX"), _is_open())
    first = pl.col("daily_mg").filter((pl.col("day") - pl.col("_start")) < FIRST_DAYS)
    sums = days.group_by(COURSE).agg(
        _if_known("daily_mg", pl.col("daily_mg").sum()).alias("CUMDOSE"),
        pl.len().alias("_days"),
        pl.when(first.null_count() == 0).then(first.sum()).alias("_first"),
        first.len().alias("_first_days"),
    )
    joined = highest.join(sums, on=list(COURSE), how="left")
    total, begun = (pl.when(~pl.col("_open")).then(pl.col(name).cast(pl.Float64)) for name in ("CUMDOSE", "_first"))
    return joined.select(
        *COURSE,
        pl.col("DOSEMAX").cast(pl.Float64),
        total.alias("CUMDOSE"),
        (total / pl.col("_days")).alias("DOSEMEAN"),
        pl.when(pl.col("_first_days") > 0).then(begun / pl.col("_first_days")).alias("DOSE72AVG"),
    )


def _if_known(name: str, value: pl.Expr) -> pl.Expr:
    return pl.when(pl.col(name).null_count() == 0).then(value)


def _is_open() -> pl.Expr:
    """Say whether nobody knows how long the last segment went on."""
    is_last = pl.col("segment_started_day") == pl.col("segment_started_day").max()
    return (is_last & pl.col("segment_ended_day").is_null() & pl.col("ended_day").is_null()).any().alias("_open")
