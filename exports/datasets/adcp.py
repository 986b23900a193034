"""ADCP: follow-up from the start of anakinra, cut where the dose changes, for models of a dose that changes in time."""

from __future__ import annotations

from typing import Final

import polars as pl

from exports.datasets.addose import MG_TYPE, cumulative
from exports.datasets.adsl_doses import start_day
from exports.datasets.anakinra_days import anakinra_days, unknown_from
from exports.datasets.columns import DAYS, SUBJECT_COLUMN, decimal, flag, identified, integer
from exports.datasets.deaths import deaths
from exports.datasets.declared import USUBJID, Dataset, Derived, Tables
from exports.datasets.index_course import index_anakinra, usubjid
from exports.sheets import SUBJECT, Column

_DAILY: Final = "anakinra_segment.daily_mg"
_ZERO: Final = pl.lit(0, pl.Int64).cast(MG_TYPE)

COLUMNS: Final[tuple[Column, ...]] = identified(
    "ADCP",
    (
        SUBJECT_COLUMN,
        integer(
            "TSTART",
            "Start of the interval, from anakinra",
            "First day with this dose, from the first day of the index anakinra course; the start is not included.",
            "anakinra_course.started_day",
            "anakinra_segment.segment_started_day",
            unit=DAYS,
        ),
        integer(
            "TSTOP",
            "End of the interval, from anakinra",
            "First day with another dose, else the day of death or, without one, of last contact; the end is included.",
            "anakinra_course.started_day",
            "follow_up.last_contact_day",
            "death.died_day",
            unit=DAYS,
        ),
        decimal(
            "DOSE_T",
            "Prescribed daily dose in the interval",
            "Daily dose from day TSTART to the day before TSTOP, so that an event at TSTOP meets the dose before it; 0 "
            "on days without anakinra, empty where a dose is unknown.",
            _DAILY,
            unit="mg/d",
        ),
        decimal(
            "MGKG_T",
            "Daily dose per kg in the interval",
            "As DOSE_T, per kg of body weight.",
            "anakinra_segment.mg_per_kg_day",
            unit="mg/kg/d",
        ),
        decimal(
            "CUM_T",
            "Cumulative dose before the interval",
            "Sum of the daily doses from day 0 of anakinra to the day before TSTART; empty once a dose was unknown.",
            _DAILY,
            unit="mg",
        ),
        flag(
            "DTHFL_T",
            "Died at the end of the interval",
            "1 on the interval that ends on the day of death.",
            "death.died_day",
        ),
    ),
)


def adcp(tables: Tables, derived: Derived) -> pl.DataFrame:
    """Return the intervals of constant dose of every subject with a known start and end of follow-up after it."""
    days = _days(tables)
    is_new = pl.any_horizontal(
        pl.col(name).ne_missing(pl.col(name).shift().over(SUBJECT)) for name in ("daily_mg", "mg_per_kg_day")
    ) | (pl.col("t") == 0)
    runs = days.with_columns(is_new.cum_sum().over(SUBJECT).alias("run"))
    intervals = runs.group_by(SUBJECT, "run", maintain_order=True).agg(
        pl.col("t").first().alias("TSTART"),
        pl.col("t_next").last().alias("TSTOP"),
        pl.col("daily_mg").first().alias("DOSE_T"),
        pl.col("mg_per_kg_day").first().alias("MGKG_T"),
        pl.col("before").first().alias("CUM_T"),
        (pl.col("has_died") & (pl.col("t_next") == pl.col("end"))).last().cast(pl.Int64).alias("DTHFL_T"),
    )
    return usubjid(intervals).select(column.column for column in COLUMNS)


def _days(tables: Tables) -> pl.DataFrame:
    """Return the points in time at which a dose may change, with the dose from there to the next point."""
    times = follow_up(tables)
    given = (
        anakinra_days(tables)
        .join(times, on=SUBJECT, how="inner")
        .with_columns((pl.col("day") - pl.col("start")).alias("t"))
    )
    given = given.filter(pl.col("t").is_between(0, pl.col("end") - 1))
    doses = given.select(SUBJECT, "t", "daily_mg", "mg_per_kg_day", pl.lit(value=True).alias("is_given"))
    off = pl.concat([doses.select(SUBJECT, pl.col("t") + 1), times.select(SUBJECT, pl.lit(0, pl.Int64).alias("t"))])
    points = pl.concat([doses.select(SUBJECT, "t"), off]).unique().join(times, on=SUBJECT, how="inner")
    points = points.filter(pl.col("t") < pl.col("end")).join(doses, on=[SUBJECT, "t"], how="left").sort(SUBJECT, "t")
    return _filled(points, unknown_from(tables))


def _filled(points: pl.DataFrame, unknown: pl.DataFrame) -> pl.DataFrame:
    """Write 0 where no dose was given, keep what is unknown, and add up what was given before each point."""
    may_go_on = (pl.col("t") + pl.col("start") >= pl.col("unknown_from")).fill_null(value=False)
    is_off = pl.col("is_given").is_null() & ~may_go_on
    found = points.join(unknown, on=SUBJECT, how="left", maintain_order="left").with_columns(
        pl.when(is_off).then(_ZERO).otherwise(pl.col(name)).cast(MG_TYPE).alias(name)
        for name in ("daily_mg", "mg_per_kg_day")
    )
    return found.with_columns(
        pl.col("t").shift(-1).over(SUBJECT).fill_null(pl.col("end")).alias("t_next"),
        cumulative("daily_mg", SUBJECT).shift().over(SUBJECT).alias("_before"),
    ).with_columns(pl.when(pl.col("t") == 0).then(_ZERO).otherwise("_before").alias("before"))


def follow_up(tables: Tables) -> pl.DataFrame:
    """Return subject, `start` (day of the index anakinra course), `end` (days from it to death or last contact), and
    `has_died`.

    Without subjects whose start or end is not known to the day, or whose follow-up ends on the first day.
    """
    ends = deaths(tables).select(
        pl.col(USUBJID).alias(SUBJECT), pl.col("FUPDAYS").alias("last"), pl.col("DTHFL").alias("has_died")
    )
    starts = index_anakinra(tables).select(SUBJECT, start_day().alias("start"))
    joined = starts.join(ends, on=SUBJECT, how="left", validate="1:1")
    days = (pl.col("last") - pl.col("start")).alias("end")
    return joined.select(SUBJECT, "start", days, "has_died").filter(pl.col("end") > 0)


ADCP: Final = Dataset(
    name="adcp",
    label="Follow-up split by dose of anakinra",
    grain="One row per subject and interval (TSTART, TSTOP] of unchanged dose from the start of anakinra to death or "
    "last contact; none for subjects without a known start or end, or whose follow-up ends on that first day",
    key=(USUBJID, "TSTART"),
    columns=COLUMNS,
    derive=adcp,
)
