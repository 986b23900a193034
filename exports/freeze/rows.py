"""From the rows that PostgreSQL sends to the rows of a released table."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from uuid import UUID

import polars as pl
from django.db.backends.utils import CursorWrapper

from exports.freeze.errors import FreezeError
from exports.freeze.policy import MERGED, RARE_BELOW_PATIENTS
from exports.freeze.pseudonyms import subject_key
from exports.freeze.queries import SUBJECT_ID, Cases, copy_query
from exports.freeze.tables import ROW_NO, SITE, SUBJECT, ReleasedTable

# Where a patient's key stands among all keys.
PLACE = "place"


def people(key: bytes, patients: Iterable[tuple[UUID, UUID]], codes: Mapping[UUID, str]) -> pl.DataFrame:
    """Return the key of every patient: registry id (which stays in memory), subject key, site code."""
    rows = [(str(patient), subject_key(key, patient), codes[site]) for patient, site in patients]
    found = pl.DataFrame(rows, schema={SUBJECT_ID: pl.String, SUBJECT: pl.String, SITE: pl.String}, orient="row")
    if found[SUBJECT].n_unique() != found.height:
        raise FreezeError("Two patients have one subject key.")
    # Sorting by a number is several times faster than by the key that it stands for.
    return found.with_columns(pl.col(SUBJECT).rank("ordinal").alias(PLACE))


def receive(cursor: CursorWrapper, table: ReleasedTable, cases: Cases) -> bytes:
    """Read a table from the snapshot as PostgreSQL writes it: CSV under registry ids."""
    with cursor.copy(copy_query(table, cases), cases.parameters) as stream:
        # One write per row: joining the pieces at the end takes twice as long.
        text = io.BytesIO()
        for piece in stream:
            text.write(piece)
    return text.getvalue()


def leaving(text: bytes, table: ReleasedTable, who: pl.DataFrame) -> pl.DataFrame:
    """Return the received rows as they leave, in their order."""
    return finish(_typed(text, table), table, who)


def _typed(text: bytes, table: ReleasedTable) -> pl.DataFrame:
    # Numbers arrive as text and become exact types: a decimal never passes through a binary fraction.
    plain = {column.name: pl.String() if _is_exact(column.dtype) else column.dtype for column in table.read}
    frame = pl.read_csv(text, schema={SUBJECT_ID: pl.String(), **plain})
    return frame.with_columns(
        pl.col(column.name).cast(column.dtype) for column in table.read if _is_exact(column.dtype)
    )


def _is_exact(dtype: pl.DataType) -> bool:
    return isinstance(dtype, pl.Decimal)


def finish(frame: pl.DataFrame, table: ReleasedTable, who: pl.DataFrame) -> pl.DataFrame:
    """Replace registry ids by keys, merge rare levels, number what has no key of its own, sort, check the grain."""
    for column in table.read:
        if column.is_merged:
            frame = merge_rare(frame, column.name)
    keyed = frame.join(who, on=SUBJECT_ID, how="left", maintain_order="left")
    if keyed[SUBJECT].null_count():
        raise FreezeError(f"{table.name}: a row belongs to nobody who may leave.")
    ordered = _in_order(keyed, table)
    same_as_above = [pl.col(name).eq_missing(pl.col(name).shift()) for name in _sorting_key(table)]
    if ordered[1:].height and ordered.select(pl.all_horizontal(same_as_above))[1:].to_series().any():
        raise FreezeError(f"{table.name}: two rows have the same key ({', '.join(table.key)}).")
    return ordered.select(column.name for column in table.columns)


def merge_rare(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """Write one word for every level that few patients hold."""
    held = frame.drop_nulls(column).group_by(column).agg(pl.col(SUBJECT_ID).n_unique().alias("patients"))
    rare = held.filter(pl.col("patients") < RARE_BELOW_PATIENTS)[column].to_list()
    merged = pl.when(pl.col(column).is_in(rare)).then(pl.lit(MERGED)).otherwise(pl.col(column))
    return frame.with_columns(merged.alias(column))


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
