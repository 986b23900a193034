"""The registry's tables of intervals as column expressions, so that a dataset and the scalar rule read one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import polars as pl

from registry.rules.bands import Band

T = TypeVar("T")


def banded(value: pl.Expr, table: Sequence[Band[T]], codes: Mapping[T, str] | None = None) -> pl.Expr:
    """Return what the table says of a column, under other codes where some are given; nothing for nothing."""
    found = pl.lit(None)
    for band in reversed(table):
        result = codes[band.result] if codes else band.result
        found = pl.when(_inside(value, band)).then(pl.lit(result)).otherwise(found)
    return pl.when(value.is_not_null()).then(found)


def _inside(value: pl.Expr, band: Band[T]) -> pl.Expr:
    low, high = pl.lit(value=True), pl.lit(value=True)
    if band.low is not None:
        low = value >= float(band.low) if band.low_closed else value > float(band.low)
    if band.high is not None:
        high = value <= float(band.high) if band.high_closed else value < float(band.high)
    return low & high
