"""One column's distribution as a synthetic twin may know it: nothing of it rests on fewer than `small` people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from exports.sheets import Column

Floats = npt.NDArray[np.float64]
ROUND_TO: Final = 5
# A number that this share of the rows has stands for itself; the others are spread over bins.
ATOM_SHARE: Final = 0.02
BINS: Final = 20
DIGITS: Final = 2
# Decimals without a scale of their own get this many significant digits.
DRAWN_DIGITS: Final = 3


@dataclass(frozen=True)
class Marginal:
    """How often a column is empty, how often it has each level, how often it lies in each bin (edges, one more)."""

    dtype: pl.DataType
    missing: float = 1.0
    levels: tuple[Any, ...] = ()
    level_weights: tuple[float, ...] = ()
    edges: tuple[float, ...] = ()
    bin_weights: tuple[float, ...] = ()

    def draw(self, rng: np.random.Generator, rows: int) -> pl.Series:
        """Draw values; the same generator gives the same ones."""
        weights = np.array([*self.level_weights, *self.bin_weights], dtype=np.float64)
        is_missing = rng.random(rows) < self.missing
        if not weights.sum():
            return _nothing(self.dtype, rows)
        which = rng.choice(weights.size, rows, p=weights / weights.sum())
        drawn = self._numbers(rng, which) if self.edges else _nothing(self.dtype, rows)
        levels = pl.Series(self.levels, dtype=self.dtype).extend_constant(None, len(self.bin_weights))
        values = levels.gather(which)
        found = pl.DataFrame({"value": values, "drawn": drawn, "is_missing": is_missing})
        of_level = pl.coalesce("value", "drawn")
        return found.select(pl.when(~pl.col("is_missing")).then(of_level)).to_series()

    def _numbers(self, rng: np.random.Generator, which: npt.NDArray[np.int64]) -> pl.Series:
        place = np.clip(which - len(self.levels), 0, len(self.edges) - 2)
        edges = np.array(self.edges)
        spread = edges[place] + rng.random(which.size) * (edges[place + 1] - edges[place])
        return _as_type(spread, self.dtype)


def _nothing(dtype: pl.DataType, rows: int) -> pl.Series:
    return pl.Series([None], dtype=dtype).new_from_index(0, rows)


def _as_type(values: Floats, dtype: pl.DataType) -> pl.Series:
    if dtype.is_integer():
        return pl.Series(np.rint(values).astype(np.int64)).cast(dtype)
    numbers = pl.Series(values)
    if isinstance(dtype, pl.Decimal):
        return numbers.round(dtype.scale).cast(dtype)
    return numbers.round_sig_figs(DRAWN_DIGITS).cast(dtype)


def learn(values: pl.Series, subjects: pl.Series, column: Column, small: int) -> Marginal:
    """Learn the distribution of a column from its values and the subjects that they belong to.

    Levels that fewer than `small` people hold are left out, so that others are drawn in their place.
    """
    frame = pl.DataFrame({"subject": subjects, "value": values})
    present = frame.drop_nulls("value") if values.null_count() else frame
    if present["subject"].n_unique() < small:
        return Marginal(values.dtype)
    common, rest = _levels(present, column, small)
    if not common.height and rest is None:
        return _of_codelist(column, values.dtype, _missing(frame, present, small))
    edges, bins = _bins(rest, small) if rest is not None else ((), ())
    return Marginal(
        values.dtype,
        _missing(frame, present, small),
        tuple(common["value"]),
        tuple(float(rounded(rows)) for rows in common["rows"]),
        edges,
        bins,
    )


def _of_codelist(column: Column, dtype: pl.DataType, missing: float) -> Marginal:
    """Return each code of the list alike, which says nothing of anybody: every level that occurs is too rare."""
    codes = [code for code, _label in column.choices] or (["0", "1"] if column.type == "yes/no" else [])
    levels = pl.Series(codes, dtype=pl.String).cast(dtype).to_list()
    return Marginal(dtype, missing, tuple(levels), tuple(1.0 for _level in levels)) if levels else Marginal(dtype)


def rounded(count: int) -> int:
    """Return a count rounded to 5."""
    return ROUND_TO * ((count + ROUND_TO // 2) // ROUND_TO)


def _missing(frame: pl.DataFrame, present: pl.DataFrame, small: int) -> float:
    if present.height == frame.height:
        return 0.0
    empty = frame.filter(pl.col("value").is_null())
    if empty["subject"].n_unique() < small:
        return 0.0
    absent = rounded(empty.height)
    return absent / (absent + rounded(present.height))


def _levels(present: pl.DataFrame, column: Column, small: int) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """Return the levels that stand for themselves, and the rows of the numbers that do not (None for codes)."""
    held = present.lazy().group_by("value").agg(pl.len().alias("rows"), pl.col("subject").n_unique().alias("people"))
    common = held.filter(pl.col("people") >= small).sort("value").collect()
    if column.type not in {"integer", "decimal"}:
        return common, None
    common = common.filter(pl.col("rows") >= ATOM_SHARE * present.height)
    rest = present.filter(~pl.col("value").is_in(common["value"].implode()))
    return common, rest if rest["subject"].n_unique() >= small else None


def _bins(rest: pl.DataFrame, small: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return edges and weights of bins that hold at least `small` people each.

    The outer edges are passed by that many people, and all are rounded: no edge is somebody's value.
    """
    numbers = rest.select("subject", pl.col("value").cast(pl.Float64))
    by_person = numbers.group_by("subject").agg(low=pl.col("value").min(), high=pl.col("value").max())
    low, high = by_person["low"].sort()[small - 1], by_person["high"].sort(descending=True)[small - 1]
    values = numbers["value"].to_numpy().clip(min(low, high), max(low, high))
    wanted = max(1, min(BINS, by_person.height // small))
    edges = _rounded_edges(np.quantile(values, np.linspace(0, 1, wanted + 1)))
    return _merged(edges, numbers.with_columns(value=pl.Series(values)), small)


def _rounded_edges(edges: Floats) -> list[float]:
    found = sorted(set(pl.Series(edges).round_sig_figs(DIGITS).to_list()))
    return found if len(found) > 1 else [found[0], found[0]]


def _merged(edges: Sequence[float], numbers: pl.DataFrame, small: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Take neighbouring bins together until each holds enough people."""
    place = np.clip(np.searchsorted(edges, numbers["value"].to_numpy(), side="right") - 1, 0, len(edges) - 2)
    by_bin = numbers.with_columns(bin=pl.Series(place)).partition_by("bin", as_dict=True)
    kept, weights, people, rows = [edges[0]], [], set[Any](), 0
    for number in range(len(edges) - 1):
        inside = by_bin.get((number,))
        if inside is not None:
            people |= set(inside["subject"])
            rows += inside.height
        if len(people) >= small:
            kept.append(edges[number + 1])
            weights.append(float(rounded(rows)))
            people, rows = set(), 0
    if rows and weights:
        kept[-1], weights[-1] = edges[-1], weights[-1] + rows
    return tuple(kept), tuple(weights)
