"""The rows of one sheet in two releases, of the same patients: added, removed, and values that changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from exports.diff.lines import Kind, key_text, lines_of

# Tells rows of one key apart and follows their values, so it names no row across releases.
ROW_NO: Final = "row_no"
TURN, BEFORE, AFTER, OLD = "__turn", "__before", "__after", "__old_"


def row_lines(before: pl.DataFrame, after: pl.DataFrame, name: str, key: Sequence[str]) -> pl.DataFrame:
    """Return the lines of a sheet; `key` begins with the column of the patient, and both frames have all of it.

    A row whose key changed is one removed and one added. Where a number keeps rows of one key apart, rows that are
    alike are taken out first and the rest is paired in order, so that one edit is one line.
    """
    before, after = _alike(before, after)
    stem = [column for column in key if column != ROW_NO]
    if ROW_NO in key:
        before, after = _without_same(before, after)
    pairs = _paired(before, after, stem, has_turns=ROW_NO in key)
    subject, told = pl.col(stem[0]), key_text(stem[1:])
    lines = [
        lines_of(pairs.filter(pl.col(BEFORE).is_null()), Kind.ROW_ADDED, name, subject=subject, key=told),
        lines_of(pairs.filter(pl.col(AFTER).is_null()), Kind.ROW_REMOVED, name, subject=subject, key=told),
    ]
    both = pairs.filter(pl.col(BEFORE) & pl.col(AFTER))
    for column in [column for column in after.columns if column not in {*stem, ROW_NO}]:
        old, new = pl.col(OLD + column), pl.col(column)
        changed = both.filter(old.ne_missing(new))
        lines.append(
            lines_of(
                changed, Kind.VALUE_CHANGED, name, subject=subject, key=told, column=pl.lit(column), old=old, new=new
            )
        )
    return pl.concat(lines)


def _alike(before: pl.DataFrame, after: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Keep the columns that both have; one whose type changed is compared as text."""
    shared = [name for name in after.columns if name in before.columns]
    texts = [pl.col(name).cast(pl.String) for name in shared if before.schema[name] != after.schema[name]]
    return before.select(shared).with_columns(texts), after.select(shared).with_columns(texts)


def _without_same(before: pl.DataFrame, after: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Take out the rows that are in both, each as often as it is in both."""
    content = [name for name in after.columns if name != ROW_NO]
    numbered = [_turns(frame, content) for frame in (before, after)]
    on = [*content, TURN]
    found = (
        mine.join(other, on=on, how="anti", nulls_equal=True).drop(TURN)
        for mine, other in (numbered, reversed(numbered))
    )
    return next(found), next(found)


def _turns(frame: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Number the rows that agree in some columns, in their order."""
    return frame.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).over(columns).alias(TURN))


def _paired(before: pl.DataFrame, after: pl.DataFrame, stem: Sequence[str], *, has_turns: bool) -> pl.DataFrame:
    """Join the rows of one key; values of before have a prefix, and a mark says on which side a row is."""
    on = [*stem, *([TURN] if has_turns else [])]
    if has_turns:
        before, after = _turns(before, stem), _turns(after, stem)
    renamed = before.rename({name: OLD + name for name in before.columns if name not in on})
    return (
        renamed.with_columns(pl.lit(value=True).alias(BEFORE))
        .join(after.with_columns(pl.lit(value=True).alias(AFTER)), on=on, how="full", coalesce=True, nulls_equal=True)
        .sort(on)
    )
