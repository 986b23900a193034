"""From a first and a last day to the days between them."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl


def each_day(frame: pl.DataFrame, first: str, last: str, name: str) -> pl.DataFrame:
    """Return one row per day from the first to the last, both included; no row where the first is unknown.

    A period whose last day is unknown or before its first stands for its first day alone, as on the timeline of a case.
    """
    end = pl.max_horizontal(pl.coalesce(last, first), first)
    days = pl.int_ranges(pl.col(first), end + 1, dtype=pl.Int64).alias(name)
    return frame.filter(pl.col(first).is_not_null()).with_columns(days).explode(name)


def open_from(frame: pl.DataFrame, by: Sequence[str], first: str, last: str, name: str) -> pl.DataFrame:
    """Return `by` -> the first day on which a period without its last day may have gone on: that after its first."""
    return frame.filter(pl.col(last).is_null()).group_by(*by).agg((pl.col(first).min() + 1).alias(name))
