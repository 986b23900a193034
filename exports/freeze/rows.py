"""From the rows that PostgreSQL sends to the rows of a released table, a block of cases at a time."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from uuid import UUID

import polars as pl
from django.db.backends.utils import CursorWrapper

from exports.freeze.errors import FreezeError
from exports.freeze.policy import MERGED, RARE_BELOW_PATIENTS
from exports.freeze.pseudonyms import subject_key
from exports.freeze.queries import PLACE, copy_query, rare_query
from exports.freeze.tables import ROW_NO, SITE, SUBJECT, ReleasedTable

# Cases whose rows are in one block, in every table the same ones.
BLOCK_CASES: Final = 5_000
# Rows that are read before they are made into a frame.
READ_ROWS: Final = 60_000
Rare = Mapping[str, Collection[str]]


@dataclass(frozen=True)
class People:
    """The cases that leave in the order of their keys: registry ids (which stay in memory), keys and site codes."""

    ids: Sequence[UUID]
    frame: pl.DataFrame

    @cached_property
    def listed(self) -> str:
        """Return the ids as one array in PostgreSQL's own writing: every query takes it, and it is written once."""
        return f"{{{','.join(map(str, self.ids))}}}"

    @property
    def blocks(self) -> int:
        """Return how many blocks of cases there are; an empty registry has one, without rows."""
        return max(1, -(-len(self.ids) // BLOCK_CASES))

    def patients_at(self) -> dict[str, int]:
        """Count the cases of each site code."""
        return dict(self.frame.group_by(SITE).len().sort(SITE).iter_rows())


def people(key: bytes, patients: Iterable[tuple[UUID, UUID]], codes: Mapping[UUID, str]) -> People:
    """Give every patient a subject key and a site code, and put them in the order of their keys."""
    found = sorted((subject_key(key, patient), patient, codes[site]) for patient, site in patients)
    keys = [entry[0] for entry in found]
    if len(set(keys)) != len(keys):
        raise FreezeError("Two patients have one subject key.")
    frame = pl.DataFrame(
        {PLACE: range(1, len(found) + 1), SUBJECT: keys, SITE: [entry[2] for entry in found]},
        schema={PLACE: pl.Int64, SUBJECT: pl.String, SITE: pl.String},
    )
    return People([entry[1] for entry in found], frame)


def rare_levels(cursor: CursorWrapper, table: ReleasedTable, who: People) -> Rare:
    """Return for each column whose rare levels are merged the levels that few patients hold."""
    found: dict[str, Collection[str]] = {}
    for column in table.read:
        if column.is_merged:
            cursor.execute(rare_query(table, column), [who.listed, RARE_BELOW_PATIENTS])
            found[column.name] = {level for (level,) in cursor.fetchall() if level is not None}
    return found


def received(cursor: CursorWrapper, table: ReleasedTable, who: People) -> Iterator[pl.DataFrame]:
    """Yield a table's rows as they arrive from the snapshot, one frame for each block of cases, in their order."""
    block, waiting = 0, _typed(b"", table)
    for text in _pieces(cursor, table, who):
        waiting = pl.concat([waiting, _typed(text, table)], rechunk=False)
        last = _block_of(waiting[PLACE][-1])
        while block < last:
            yield waiting.filter(_in_block(block))
            waiting = waiting.filter(pl.col(PLACE) > (block + 1) * BLOCK_CASES)
            block += 1
    while block < who.blocks:
        yield waiting.filter(_in_block(block))
        block += 1


def _pieces(cursor: CursorWrapper, table: ReleasedTable, who: People) -> Iterator[bytes]:
    """Yield the lines that PostgreSQL sends, without the header, so many at a time."""
    with cursor.copy(copy_query(table), [who.listed]) as stream:
        lines = iter(stream)
        next(lines, None)
        text, rows = io.BytesIO(), 0
        for line in lines:
            text.write(line)
            rows += 1
            if rows == READ_ROWS:
                yield text.getvalue()
                text, rows = io.BytesIO(), 0
        if rows:
            yield text.getvalue()


def _block_of(place: int) -> int:
    return (place - 1) // BLOCK_CASES


def _in_block(block: int) -> pl.Expr:
    return pl.col(PLACE).is_between(block * BLOCK_CASES + 1, (block + 1) * BLOCK_CASES)


def _typed(text: bytes, table: ReleasedTable) -> pl.DataFrame:
    # Numbers arrive as text and become exact types: a decimal never passes through a binary fraction.
    plain = {column.name: pl.String() if _is_exact(column.dtype) else column.dtype for column in table.read}
    schema = {PLACE: pl.Int64(), **plain}
    frame = pl.read_csv(text, schema=schema, has_header=False) if text else pl.DataFrame(schema=schema)
    return frame.with_columns(
        pl.col(column.name).cast(column.dtype) for column in table.read if _is_exact(column.dtype)
    )


def _is_exact(dtype: pl.DataType) -> bool:
    return isinstance(dtype, pl.Decimal)


def leaving(frame: pl.DataFrame, table: ReleasedTable, who: People, rare: Rare) -> pl.DataFrame:
    """Return the received rows as they leave: under keys, rare levels merged, rows without a key numbered, sorted."""
    for name, levels in rare.items():
        merged = pl.when(pl.col(name).is_in(list(levels))).then(pl.lit(MERGED)).otherwise(pl.col(name))
        frame = frame.with_columns(merged.alias(name))
    keyed = frame.join(who.frame, on=PLACE, how="left", maintain_order="left")
    if keyed[SUBJECT].null_count():
        raise FreezeError(f"{table.name}: a row belongs to nobody who may leave.")
    ordered = _in_order(keyed, table)
    same_as_above = [pl.col(name).eq_missing(pl.col(name).shift()) for name in _sorting_key(table)]
    if ordered[1:].height and ordered.select(pl.all_horizontal(same_as_above))[1:].to_series().any():
        raise FreezeError(f"{table.name}: two rows have the same key ({', '.join(table.key)}).")
    return ordered.select(column.name for column in table.columns)


def _in_order(frame: pl.DataFrame, table: ReleasedTable) -> pl.DataFrame:
    """Sort by the key, or by all that leaves where part of the key is withheld, so that no row tells its old place."""
    if not table.needs_row_no:
        return frame.sort(_sorting_key(table))
    key = [name for name in _sorting_key(table) if name != ROW_NO]
    rest = [column.name for column in table.read if column.name not in key]
    number = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over(key)
    return frame.sort([*key, *rest], nulls_last=True).with_columns(number.alias(ROW_NO))


def _sorting_key(table: ReleasedTable) -> list[str]:
    return [PLACE, *table.key[1:]]
