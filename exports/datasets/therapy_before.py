"""What was given against the toxicities up to the start of anakinra: corticosteroids and tocilizumab."""

from __future__ import annotations

from typing import Final

import polars as pl

from exports.datasets.adsl_doses import start_day
from exports.datasets.declared import Tables
from exports.datasets.index_course import index_anakinra, of_index_course
from exports.datasets.spans import each_day
from exports.sheets import SUBJECT
from registry.rules.dosing import HOURS_PER_DAY
from registry.rules.therapy import HIGH_DOSE_DEXEQ_MG_PER_DAY, STEROIDS, TherapyDrug

# Whole days that can hold the 24 hours before the first dose, counted from it.
DAYS_BEFORE: Final = (-1, 0)


def therapy_before(tables: Tables) -> pl.DataFrame:
    """Return subject -> STER_PRE, DEXEQ_PRE, HDSTER, TOCIN_PRE, of subjects with a start of anakinra."""
    starts = index_anakinra(tables).select(SUBJECT, start_day().alias("start")).drop_nulls("start")
    begun = rows_before(tables)
    is_steroid = pl.col("drug").is_in(sorted(STEROIDS))
    given = begun.group_by(SUBJECT).agg(
        is_steroid.any().alias("STER_PRE"),
        tocilizumab_doses().filter(pl.col("drug") == TherapyDrug.TOCILIZUMAB.value).sum().alias("TOCIN_PRE"),
    )
    joined = starts.join(given, on=SUBJECT, how="left").join(_strongest_day(tables), on=SUBJECT, how="left")
    dose = pl.when(pl.col("_unknown").fill_null(value=False)).then(None).otherwise(pl.col("_known").fill_null(0.0))
    return joined.select(
        SUBJECT,
        pl.col("STER_PRE").fill_null(value=False),
        dose.alias("DEXEQ_PRE"),
        _is_high(dose, pl.col("_known")).alias("HDSTER"),
        pl.col("TOCIN_PRE").fill_null(0),
    )


def rows_before(tables: Tables) -> pl.DataFrame:
    """Return the therapies that began on or before the first day of anakinra, with that day as `start`."""
    starts = index_anakinra(tables).select(SUBJECT, start_day().alias("start"))
    therapies = of_index_course(tables["toxicity_therapy"]).join(starts, on=SUBJECT, how="inner")
    return therapies.filter(pl.col("started_day") <= pl.col("start"))


def steroid_days_before(tables: Tables) -> pl.DataFrame:
    """Return the corticosteroids of the days that count as the 24 hours before anakinra, one row per drug and day.

    One without a last day may have gone on: its dose is empty from its second day.
    """
    steroids = rows_before(tables).filter(pl.col("drug").is_in(sorted(STEROIDS)))
    reached = steroids.with_columns(pl.coalesce("ended_day", "start").alias("reach"))
    days = each_day(reached, "started_day", "reach", "day")
    is_known = pl.col("ended_day").is_not_null() | (pl.col("day") == pl.col("started_day"))
    return days.filter((pl.col("day") - pl.col("start")).is_between(*DAYS_BEFORE)).with_columns(
        pl.when(is_known).then("dexeq_mg_per_day").alias("dexeq_mg_per_day")
    )


def tocilizumab_doses() -> pl.Expr:
    """Return the doses of a row up to the start: those of a period by its interval, else one."""
    last = pl.min_horizontal("ended_day", "start")
    hours = (last - pl.col("started_day")) * HOURS_PER_DAY
    is_period = pl.col("interval_h").is_not_null() & pl.col("ended_day").is_not_null()
    counted = (hours / pl.col("interval_h").cast(pl.Float64)).floor().cast(pl.Int64) + 1
    return pl.when(is_period).then(counted).otherwise(1)


def _strongest_day(tables: Tables) -> pl.DataFrame:
    """Return subject -> the higher daily sum of the known doses, and whether a dose is unknown."""
    dose = pl.col("dexeq_mg_per_day")
    days = (
        steroid_days_before(tables)
        .group_by(SUBJECT, "day")
        .agg(dose.sum().cast(pl.Float64).alias("_known"), dose.is_null().any().alias("_unknown"))
    )
    return days.group_by(SUBJECT).agg(pl.col("_known").max(), pl.col("_unknown").any())


def _is_high(dose: pl.Expr, known: pl.Expr) -> pl.Expr:
    """Say whether the dose is high: what is known may be enough, whatever the unknown dose was."""
    limit = float(HIGH_DOSE_DEXEQ_MG_PER_DAY)
    return pl.when(known.fill_null(0.0) >= limit).then(pl.lit(value=True)).otherwise(dose >= limit)
