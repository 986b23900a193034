"""Which result stands for which time point: the picks of `registry.rules.timepoints` for whole tables at once."""

from __future__ import annotations

from typing import Final

import polars as pl

from exports.datasets.adsl_doses import start_day
from exports.datasets.declared import Tables
from exports.datasets.index_course import index_anakinra, index_course, of_index_course
from exports.sheets import SUBJECT
from registry.rules.infusion import LymphodepletionRegimen
from registry.rules.labs import LOWEST_IS_WORST, Timepoint
from registry.rules.timepoints import WINDOWS, Origin, Pick, Window

# An episode that is not known to have resolved counts for this long after its onset.
PEAK_DAYS: Final = 30
_SERIES: Final = [SUBJECT, "analyte"]
_ORIGINS: Final = {Origin.LYMPHODEPLETION: "ld_day", Origin.INFUSION: "infusion_day", Origin.ANAKINRA: "anakinra_day"}


def results(tables: Tables) -> pl.DataFrame:
    """Return the laboratory results of the index CAR-T course, numbered by `at`, with `day` and three days of origin.

    `ld_day` is the first day of lymphodepletion, the infusion where none was given; `infusion_day` is 0; `anakinra_day`
    is the first day of the index anakinra course.
    """
    depleted = index_course(tables).select(SUBJECT, _depletion().alias("ld_day"))
    start = index_anakinra(tables).select(SUBJECT, start_day().alias("anakinra_day"))
    rows = of_index_course(tables["lab"]).with_columns(pl.col("sampled_day").alias("day"))
    joined = rows.join(depleted, on=SUBJECT, how="left").join(start, on=SUBJECT, how="left")
    return joined.with_columns(pl.lit(0, pl.Int64).alias("infusion_day")).with_row_index("at")


def _depletion() -> pl.Expr:
    """Return the day up to which a result counts as before lymphodepletion; none where that day is not known."""
    had_none = (pl.col("ld_regimen") == LymphodepletionRegimen.NONE).fill_null(value=False)
    return pl.when(had_none & pl.col("ld_started_day").is_null()).then(0).otherwise("ld_started_day").cast(pl.Int64)


def visits(rows: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Return one row per result and time point that it stands for: `at` of the result and `visit`.

    Results without a value stand for none. Of results that are equally good (clock times do not leave), the one that
    was taken for the time point counts, else the one with the lower row number.
    """
    valued = rows.filter(pl.col("canonical_value").is_not_null())
    picks = [_picked(valued, timepoint, window) for timepoint, window in WINDOWS.items()]
    return pl.concat([*picks, _peaks(valued, tables)])


def _picked(rows: pl.DataFrame, timepoint: Timepoint, window: Window) -> pl.DataFrame:
    offset = pl.col("day") - pl.col(_ORIGINS[window.origin])
    inside = rows.with_columns(offset.alias("_offset")).filter(
        pl.col("_offset").is_between(window.first_day, window.last_day)
    )
    distance = -pl.col("_offset") if window.pick is Pick.LATEST else (pl.col("_offset") - window.nominal_day).abs()
    return _first(inside.with_columns(distance.alias("_rank")), timepoint)


def _peaks(rows: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Return the worst result of each analyte during the episodes of CRS and ICANS, the first of equal ones."""
    inside = rows.join(_episodes(tables), on=SUBJECT, how="inner").filter(pl.col("day").is_between("_from", "_to"))
    is_low = pl.col("analyte").is_in([*LOWEST_IS_WORST])
    value = pl.col("canonical_value").to_physical().cast(pl.Int64)
    ranked = inside.unique("at").with_columns(pl.when(is_low).then(value).otherwise(-value).alias("_rank"))
    return _first(ranked, Timepoint.PEAK)


def _episodes(tables: Tables) -> pl.DataFrame:
    found = pl.concat(
        of_index_course(tables[name]).select(SUBJECT, "onset_day", "resolved_day")
        for name in ("crs_episode", "icans_episode")
    )
    end = pl.coalesce(pl.col("resolved_day"), pl.col("onset_day") + PEAK_DAYS)
    return found.select(SUBJECT, pl.col("onset_day").alias("_from"), end.alias("_to")).drop_nulls()


def _first(ranked: pl.DataFrame, timepoint: Timepoint) -> pl.DataFrame:
    is_other = (pl.col("timepoint") != timepoint).fill_null(value=True)
    ordered = ranked.with_columns(is_other.alias("_is_other")).sort(*_SERIES, "_rank", "day", "_is_other", "row_no")
    best = ordered.unique(_SERIES, keep="first", maintain_order=True)
    return best.select("at", pl.lit(timepoint.value).alias("visit"))
