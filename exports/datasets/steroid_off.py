"""When systemic corticosteroids had been stopped for good after the start of anakinra: three whole days without any."""

from __future__ import annotations

from typing import Final

import polars as pl

from exports.datasets.adsl_doses import start_day
from exports.datasets.columns import source_key
from exports.datasets.declared import Tables
from exports.datasets.index_course import index_anakinra, of_index_course
from exports.sheets import SUBJECT
from registry.rules.endpoints import STEROID_OFF_DAYS
from registry.rules.therapy import STEROIDS

_NO_END: Final = 10**9


def steroid_off(tables: Tables) -> pl.DataFrame:
    """Return one row per subject on corticosteroids on the first day of anakinra or the day before.

    Columns: SUBJECT; off_day (first of STEROID_OFF_DAYS days without any, not before the start; empty where a
    corticosteroid without a last day may have gone on); off_key (row of `toxicity_therapy` that ended then).
    """
    rows = _spans(tables)
    covered = (pl.col("first") <= pl.col("start")) & (pl.col("last") >= pl.col("start") - 1)
    on_at_start = rows.filter(covered).select(SUBJECT).unique()
    reach = pl.col("last").cum_max().over(SUBJECT)
    gaps = rows.with_columns(reach.alias("_reach")).with_columns(
        pl.col("first").shift(-1).over(SUBJECT).fill_null(_NO_END).alias("_next")
    )
    is_off = (pl.col("_next") - pl.col("_reach") > STEROID_OFF_DAYS) & (pl.col("_reach") + 1 >= pl.col("start"))
    found = gaps.filter(is_off & (pl.col("_reach") < _NO_END)).unique(SUBJECT, keep="first", maintain_order=True)
    return on_at_start.join(_ended(found, rows), on=SUBJECT, how="left", validate="1:1")


def _spans(tables: Tables) -> pl.DataFrame:
    """Return the corticosteroids of the index course in their order; one without a last day goes on."""
    starts = index_anakinra(tables).select(SUBJECT, start_day().alias("start")).drop_nulls("start")
    given = of_index_course(tables["toxicity_therapy"]).filter(pl.col("drug").is_in(sorted(STEROIDS)))
    return (
        given.join(starts, on=SUBJECT, how="inner")
        .select(
            SUBJECT,
            "start",
            pl.col("started_day").alias("first"),
            pl.col("ended_day").fill_null(_NO_END).alias("last"),
            source_key("course_no", "therapy_no").alias("key"),
        )
        .sort(SUBJECT, "first", "last", "key")
    )


def _ended(found: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Return SUBJECT -> off_day and the row whose last day is the day before."""
    days = found.select(SUBJECT, pl.col("_reach").alias("last"), (pl.col("_reach") + 1).alias("off_day"))
    keyed = days.join(rows.select(SUBJECT, "last", "key"), on=[SUBJECT, "last"], how="left")
    return keyed.unique(SUBJECT, keep="first", maintain_order=True).select(
        SUBJECT, "off_day", pl.col("key").alias("off_key")
    )
