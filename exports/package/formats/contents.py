"""What the columns of a sheet hold, found in one pass before anything is written: what a format loses depends on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl
from pyarrow import parquet

from exports.package.formats.reasons import PLACES
from exports.sheets import REASON_SUFFIX, Sheet

# Rows in memory at a time.
BLOCK: Final = 20_000
NUMERIC_TYPES: Final = frozenset({"integer", "decimal", "yes/no"})
Text = Callable[[pl.Series], pl.Series]


@dataclass
class Contents:
    """What one column holds.

    The dtype in the file, the limits of its numbers, the bytes of its longest text, how many texts are "", how many
    numbers are not finite, its texts outside the declared choices, whether a writer changes a text, whether reasons
    stand beside values or are unknown ones (`keeps_reasons`), whether a value lies where reasons will (`in_range`).
    """

    dtype: pl.DataType
    lowest: float | None = None
    highest: float | None = None
    longest: int = 0
    empties: int = 0
    not_finite: int = 0
    others: set[str] = field(default_factory=set)
    is_changed: bool = False
    keeps_reasons: bool = False
    in_range: bool = False

    @property
    def is_number(self) -> bool:
        """Say whether the column holds numbers or yes/no."""
        return self.dtype.is_numeric() or self.dtype == pl.Boolean

    @property
    def is_whole(self) -> bool:
        """Say whether its numbers are whole."""
        return self.dtype.is_integer() or self.dtype == pl.Boolean

    @property
    def digits(self) -> int | None:
        """Return the digits after the point, None where the type does not say."""
        if isinstance(self.dtype, pl.Decimal):
            return self.dtype.scale
        return None if self.dtype.is_float() else 0


def blocks(sheet: Sheet) -> Iterator[pl.DataFrame]:
    """Yield the rows of a sheet in their order, never more than fit easily in memory; nothing where there are none."""
    # A row group of a long sheet is far more than that, and so is what would be read ahead.
    with parquet.ParquetFile(sheet.path, pre_buffer=False) as file:
        for batch in file.iter_batches(BLOCK, use_threads=False):
            rows = pl.from_arrow(batch)
            assert isinstance(rows, pl.DataFrame)  # noqa: S101 - a batch is a table
            if rows.height:
                yield _typed(rows, sheet).select(sheet.names)


def empty_frame(sheet: Sheet) -> pl.DataFrame:
    """Return a frame without rows, with the columns of a sheet in their order and types."""
    return _typed(pl.DataFrame(schema=pl.read_parquet_schema(sheet.path)), sheet).select(sheet.names)


def _typed(frame: pl.DataFrame, sheet: Sheet) -> pl.DataFrame:
    """Give a column without any value the type that its declaration says, and plain text to every kind of text."""
    types = {column.column: column.type for column in sheet.columns}
    empty = [
        pl.col(name).cast(pl.Int64 if types[name] in NUMERIC_TYPES else pl.String)
        for name, dtype in frame.schema.items()
        if dtype == pl.Null
    ]
    return frame.with_columns(*empty, pl.col(pl.Categorical, pl.Enum).cast(pl.String))


def contents_of(
    sheet: Sheet, limits: tuple[float, float] | None = None, text: Text | None = None
) -> dict[str, Contents]:
    """Return what every column of a sheet holds. `limits` is a range that reasons will take; `text` changes texts as
    the writer will."""
    schema = empty_frame(sheet).schema
    found = {name: Contents(schema[name]) for name in sheet.names}
    for block in blocks(sheet):
        for column in sheet.columns:
            values = block[column.column]
            _numbers(found[column.column], values, limits) if found[column.column].is_number else _texts(
                found[column.column], values, [code for code, _label in column.choices], text
            )
        _reasons(found, block)
    return found


def _numbers(found: Contents, values: pl.Series, limits: tuple[float, float] | None) -> None:
    every = values.drop_nulls().cast(pl.Float64)
    numbers = every.filter(every.is_finite())
    found.not_finite += every.len() - numbers.len()
    if numbers.is_empty():
        return
    low, high = float(str(numbers.min())), float(str(numbers.max()))
    found.lowest = low if found.lowest is None else min(low, found.lowest)
    found.highest = high if found.highest is None else max(high, found.highest)
    if limits is not None and not found.in_range:
        found.in_range = bool(numbers.is_between(*limits).any())


def _texts(found: Contents, values: pl.Series, codes: Sequence[str], text: Text | None) -> None:
    different = values.drop_nulls().unique()
    found.empties += int((values == "").sum())
    changed = text(different) if text else different
    found.is_changed = found.is_changed or not changed.equals(different)
    found.longest = max(found.longest, int(str(changed.str.len_bytes().max() or 0)))
    if codes:
        found.others.update(set(different) - set(codes) - {""})


def _reasons(found: Mapping[str, Contents], block: pl.DataFrame) -> None:
    for name in block.columns:
        value = name.removesuffix(REASON_SUFFIX)
        if value == name or value not in found:
            continue
        told = pl.col(name).is_not_null() & (pl.col(value).is_not_null() | ~pl.col(name).is_in(list(PLACES)))
        if not found[value].keeps_reasons:
            found[value].keeps_reasons = bool(block.select(told.any()).item())
