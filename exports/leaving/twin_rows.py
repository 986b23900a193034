"""Which rows a synthetic twin has: keys that exist in every sheet above, as many rows as the real ones tend to have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from exports.leaving.marginal import Marginal, learn
from exports.sheets import SUBJECT_OF, Column, Sheet

DAY: Final = "d"
COUNT: Final = Column("n", "Rows", "integer")
# Days of a key follow each other in the twin if this share of the real ones does.
DAILY_SHARE: Final = 0.8


@dataclass(frozen=True)
class KeyPart:
    """One column of a key below those before it: a level that a row above has or not, or so many numbers or days."""

    column: Column
    dtype: pl.DataType
    levels: tuple[tuple[Any, float], ...] = ()
    count: Marginal | None = None
    day: Marginal | None = None
    is_daily: bool = False


@dataclass(frozen=True)
class RowPlan:
    """How the rows of a sheet come about: from the rows of a sheet above (None: from the people), part by part."""

    sheet: Sheet
    above: str | None
    prefix: tuple[str, ...]
    parts: tuple[KeyPart, ...]
    share: float = 1.0


def sheet_above(sheet: Sheet, keys: Mapping[str, pl.DataFrame], sheets: Sequence[Sheet]) -> Sheet | None:
    """Return the sheet whose key is the longest part of this one's, beyond the subject, and has all of its values.

    `keys` are the real keys by sheet: two sheets may number different things under one name.
    """
    shorter = [sheet.key[:length] for length in range(len(sheet.key) - 1, 1, -1)]
    alike = [other for key in shorter for other in sheets if other.kind == sheet.kind and other.key == key]
    own = keys[sheet.name]
    return next((other for other in alike if not own.join(keys[other.name], on=other.key, how="anti").height), None)


def learn_rows(sheet: Sheet, frame: pl.DataFrame, above: Sheet | None, rows_above: pl.DataFrame, small: int) -> RowPlan:
    """Learn the rows of a sheet. `rows_above` has the keys of the real rows above, in the names of the sheet."""
    prefix = above.key if above else sheet.key[:1]
    parts, known, parents = [], list(prefix), rows_above.select(prefix)
    for name in sheet.key[len(prefix) :]:
        column = sheet.columns[sheet.names.index(name)]
        parts.append(_part(column, frame.select(*known, name).unique(maintain_order=True), parents, known, small))
        known.append(name)
        parents = frame.select(known).unique(maintain_order=True)
    share = 1.0 if parts else _share(frame.height, rows_above.height, small)
    return RowPlan(sheet, above.name if above else None, tuple(prefix), tuple(parts), share)


def _share(have: int, of: int, small: int) -> float:
    """Return a share of people, all or none where fewer than `small` are on one side."""
    if have < small:
        return 0.0
    return 1.0 if of - have < small else have / of


def _part(column: Column, pairs: pl.DataFrame, parents: pl.DataFrame, known: list[str], small: int) -> KeyPart:
    name, subject = column.column, known[0]
    dtype = pairs.schema[name]
    if column.type not in {"integer", "decimal"}:
        held = pairs.group_by(name).agg(pl.len().alias("rows"), pl.col(subject).n_unique().alias("people"))
        common = held.filter(pl.col("people") >= small).sort(name)
        shares = ((level, _share(rows, parents.height, small)) for level, rows, _people in common.iter_rows())
        return KeyPart(column, dtype, levels=tuple(shares))
    numbers = pairs.group_by(known).agg(pl.len().cast(pl.Int64).alias("n"), pl.col(name).min().alias("first"))
    counts = parents.join(numbers, on=known, how="left").with_columns(pl.col("n").fill_null(0))
    count = learn(counts["n"], counts[subject], COUNT, small)
    if column.unit != DAY:
        return KeyPart(column, dtype, count=count)
    gaps = pairs.sort([*known, name]).select((pl.col(name).diff() == 1).over(known)).to_series().drop_nulls()
    is_daily = bool(gaps.len()) and float(gaps.mean() or 0) >= DAILY_SHARE  # type: ignore[arg-type]
    source = numbers.select(subject, pl.col("first").alias(name)) if is_daily else pairs
    return KeyPart(
        column, dtype, count=count, day=learn(source[name], source[subject], column, small), is_daily=is_daily
    )


def draw_rows(plan: RowPlan, above: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Draw the keys of a sheet for rows above (their keys), sorted."""
    frame = above.select(plan.prefix)
    if plan.share < 1:
        frame = frame.filter(pl.Series(rng.random(frame.height) < plan.share))
    for part in plan.parts:
        frame = _levels(frame, part, rng) if part.count is None else _numbers(frame, part, rng)
    return frame.sort(plan.sheet.key)


def _levels(frame: pl.DataFrame, part: KeyPart, rng: np.random.Generator) -> pl.DataFrame:
    name = part.column.column
    found = [
        frame.filter(pl.Series(rng.random(frame.height) < share)).with_columns(pl.lit(level, part.dtype).alias(name))
        for level, share in part.levels
    ]
    return pl.concat(found) if found else frame.clear().with_columns(pl.lit(None, part.dtype).alias(name))


def _numbers(frame: pl.DataFrame, part: KeyPart, rng: np.random.Generator) -> pl.DataFrame:
    assert part.count is not None  # noqa: S101 - who calls has looked
    counts = part.count.draw(rng, frame.height).fill_null(0).clip(0).to_numpy().astype(np.int64)
    rows = np.repeat(np.arange(frame.height), counts)
    number = np.arange(rows.size) - np.repeat(np.cumsum(counts) - counts, counts)
    values = number + 1
    if part.day is not None:
        values = _days(part.day, part.is_daily, rng, frame.height, rows, number)
    return frame[rows].with_columns(pl.Series(part.column.column, values).cast(part.dtype))


def _days(
    day: Marginal, is_daily: bool, rng: np.random.Generator, parents: int, rows: npt.NDArray[np.int64],
    number: npt.NDArray[np.int64],
) -> npt.NDArray[np.int64]:  # fmt: skip
    """Return days that differ within a parent: one after the other, or drawn, sorted and pushed apart."""
    if is_daily:
        first = day.draw(rng, parents).fill_null(0).to_numpy().astype(np.int64)
        return first[rows] + number
    drawn = day.draw(rng, rows.size).fill_null(0).to_numpy().astype(np.int64)
    frame = pl.DataFrame({"parent": rows, "day": drawn}).sort("parent", "day")
    apart = (pl.col("day") - pl.int_range(pl.len()).over("parent")).cum_max().over("parent")
    return frame.select(apart + pl.int_range(pl.len()).over("parent")).to_series().to_numpy()


def keys_of(rows: Mapping[str, pl.DataFrame], people: pl.Series, plan: RowPlan) -> pl.DataFrame:
    """Return the keys above a sheet: those of the sheet above, or the people."""
    if plan.above is not None:
        return rows[plan.above]
    return pl.DataFrame({SUBJECT_OF[plan.sheet.kind]: people})
