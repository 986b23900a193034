"""Columns as the bytes of a file with rows of one width, whole blocks of rows at a time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import polars as pl

from exports.package.formats.losses import cut_bytes

Bytes = npt.NDArray[np.uint8]
TextChange = Callable[[str], str]
BLANK = 0x20


def fixed_text(texts: pl.Series, width: int, pad: int) -> Bytes:
    """Return texts as UTF-8 of one width in bytes (rows x width), filled up at the end; nulls become all filling."""
    array = _fitting(texts, width).cast(pl.Binary).to_arrow(compat_level=pl.CompatLevel.oldest())
    _valid, places, data = array.buffers()
    offsets = np.frombuffer(places, np.int64)[array.offset : array.offset + len(array) + 1]
    matrix = np.full((len(array), width), pad, np.uint8)
    lengths = np.diff(offsets)
    first = np.repeat(np.arange(len(array)) * width - offsets[:-1], lengths)
    taken = np.arange(offsets[0], offsets[-1])
    matrix.reshape(-1)[first + taken] = np.frombuffer(data, np.uint8)[taken] if taken.size else 0
    return matrix


def _fitting(texts: pl.Series, width: int) -> pl.Series:
    filled = texts.fill_null("")
    if int(str(filled.str.len_bytes().max() or 0)) <= width:
        return filled
    return mapped(filled, lambda text: cut_bytes(text, width))


def mapped(texts: pl.Series, change: TextChange) -> pl.Series:
    """Return texts changed one different text at a time; nulls stay."""
    different = texts.drop_nulls().unique()
    changed = pl.Series([change(text) for text in different], dtype=pl.String)
    return texts.replace_strict(different, changed, default=None, return_dtype=pl.String)


def floats(values: pl.Series) -> npt.NDArray[np.float64]:
    """Return numbers as doubles; nulls, and what is not a finite number, as NaN."""
    numbers = np.array(values.cast(pl.Float64).fill_null(float("nan")).to_numpy(), np.float64)
    numbers[~np.isfinite(numbers)] = np.nan
    return numbers
