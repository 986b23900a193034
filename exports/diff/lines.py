"""The lines of a comparison: one for each patient, row, value and column that differs."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import polars as pl


class Kind(StrEnum):
    """What differs."""

    PATIENT_IN = "PATIENT_IN"
    PATIENT_OUT = "PATIENT_OUT"
    ROW_ADDED = "ROW_ADDED"
    ROW_REMOVED = "ROW_REMOVED"
    VALUE_CHANGED = "VALUE_CHANGED"
    COLUMN_NEW = "COLUMN_NEW"
    COLUMN_GONE = "COLUMN_GONE"
    SHEET_NEW = "SHEET_NEW"
    SHEET_GONE = "SHEET_GONE"


KINDS: Final = tuple(Kind)
# Grain: one row per difference. `key` is the row's key without its patient ("course_no=1; sampled_day=-6").
LINE: Final = ("what", "sheet", "subject", "key", "column", "old", "new")
SCHEMA: Final = pl.Schema({name: pl.String() for name in LINE})
KEY_APART: Final = "; "


def lines_of(frame: pl.DataFrame, what: Kind, sheet: str = "", **expressions: pl.Expr | None) -> pl.DataFrame:
    """Return one line for each row of a frame; what has no expression is empty."""
    told = {"what": pl.lit(what.value), "sheet": pl.lit(sheet), **expressions}
    columns = [_text(told.get(name)).alias(name) for name in LINE]
    return frame.select(columns) if frame.height else no_lines()


def no_lines() -> pl.DataFrame:
    """Return a frame of lines without any."""
    return pl.DataFrame(schema=SCHEMA)


def fixed_lines(what: Kind, sheet: str, columns: Sequence[str] = ("",)) -> pl.DataFrame:
    """Return lines about a sheet or its columns, which belong to no patient."""
    named = pl.DataFrame({"column": list(columns)}, schema={"column": pl.String})
    return lines_of(named, what, sheet, column=pl.col("column"))


def key_text(columns: Sequence[str]) -> pl.Expr:
    """Return the key of a row in words: each column of it with its value."""
    if not columns:
        return pl.lit("")
    return pl.concat_str(
        [pl.concat_str([pl.lit(f"{name}="), _text(pl.col(name))]) for name in columns], separator=KEY_APART
    )


def _text(value: pl.Expr | None) -> pl.Expr:
    return pl.lit("") if value is None else value.cast(pl.String).fill_null("")
