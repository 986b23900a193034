"""Relapse and progression of the disease on the clock of the index infusion, and what is known of the first one.

A day counts only where it is known; events under later infusions are on other clocks, so they count as not dated.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from exports.datasets.columns import source_key
from exports.datasets.declared import Tables
from exports.datasets.index_course import INDEX_COURSE_NO
from exports.sheets import SUBJECT
from registry.rules.outcome import RelapseKind
from registry.rules.response import Response

# Responses that are a progression by themselves.
PROGRESSIVE: Final = (Response.PD, Response.PMD, Response.RELAPSE)
PROGRESSION: Final = RelapseKind.PROGRESSION.value
RELAPSE: Final = RelapseKind.RELAPSE.value


def progressions(tables: Tables) -> pl.DataFrame:
    """Return one row per relapse or progression, recorded as such or as a progressive response.

    Columns: SUBJECT, kind, day (empty unless known on this clock), number, is_relapse_row, table, key.
    """
    relapses = tables["relapse"].select(
        SUBJECT,
        pl.col("kind").fill_null(PROGRESSION),
        _on_clock("relapsed_day").alias("day"),
        pl.col("relapse_no").alias("number"),
        pl.lit(value=True).alias("is_relapse_row"),
        pl.lit("relapse").alias("table"),
        source_key("course_no", "relapse_no").alias("key"),
    )
    is_relapse = pl.when(pl.col("response") == Response.RELAPSE.value)
    responses = (
        tables["response"]
        .filter(pl.col("response").is_in(PROGRESSIVE))
        .select(
            SUBJECT,
            is_relapse.then(pl.lit(RELAPSE)).otherwise(pl.lit(PROGRESSION)).alias("kind"),
            _on_clock("assessed_day").alias("day"),
            pl.col("response_no").alias("number"),
            pl.lit(value=False).alias("is_relapse_row"),
            pl.lit("response").alias("table"),
            source_key("course_no", "response_no").alias("key"),
        )
    )
    return pl.concat([relapses, responses])


def first_progression(tables: Tables) -> pl.DataFrame:
    """Return one row per subject with a relapse or progression: the first dated one, and whether it may not be first.

    Columns: SUBJECT, prog_day, prog_kind, prog_table, prog_key, prog_hidden. Hidden: an event without a day could be
    earlier. It cannot where a dated one of the same table has a lower number, or, for a progressive response and for
    events under later infusions, where any event of the index infusion is dated.
    """
    rows = progressions(tables)
    order = ["day", "is_relapse_row", "number"]
    first = (
        rows.drop_nulls("day")
        .sort(SUBJECT, *order, descending=[False, False, True, False])
        .unique(SUBJECT, keep="first", maintain_order=True)
        .select(SUBJECT, pl.col("day", "kind", "table", "key").name.prefix("prog_"))
    )
    return _hidden(rows).join(first, on=SUBJECT, how="left", validate="1:1").select(*FIRST_COLUMNS)


FIRST_COLUMNS: Final = (SUBJECT, "prog_day", "prog_kind", "prog_table", "prog_key", "prog_hidden")


def _hidden(rows: pl.DataFrame) -> pl.DataFrame:
    """Return subject -> prog_hidden."""
    is_dated, in_index = pl.col("day").is_not_null(), pl.col("key").str.starts_with(f"course_no={INDEX_COURSE_NO}|")
    lowest = pl.col("number").filter(is_dated).min().over(SUBJECT, "table")
    known = rows.with_columns(lowest.alias("_lowest"), is_dated.any().over(SUBJECT).alias("_any"))
    by_number = (pl.col("_lowest") < pl.col("number")).fill_null(value=False)
    settled = pl.when(in_index & pl.col("is_relapse_row")).then(by_number).otherwise(by_number | pl.col("_any"))
    return known.group_by(SUBJECT).agg((~is_dated & ~settled).any().alias("prog_hidden"))


def _on_clock(name: str) -> pl.Expr:
    return pl.when(pl.col("course_no") == INDEX_COURSE_NO).then(name)
