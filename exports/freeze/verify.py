"""Complete or failed: what was written is read again and must be what PostgreSQL counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl
from pyarrow import parquet

from exports.freeze.errors import FreezeError
from exports.freeze.facts import Counts
from exports.freeze.parquet import parquet_path
from exports.freeze.tables import SITE, SUBJECT, ReleasedTable


def verify_tables(folder: Path, counted: Sequence[tuple[ReleasedTable, Counts]]) -> None:
    """Raise FreezeError where a written table has other rows, patients, sites or columns than were counted."""
    people = pl.read_parquet(parquet_path(folder, "patient"), columns=[SUBJECT, SITE])
    homes = dict(zip(people[SUBJECT], people[SITE], strict=True))
    for table, expected in counted:
        found = _counts(folder, table, homes)
        if found != expected:
            raise FreezeError(f"{table.name}: the written table has {found}, the registry {expected}.")


def _counts(folder: Path, table: ReleasedTable, homes: Mapping[str, str]) -> Counts:
    rows, subjects = 0, set[str]()
    with parquet.ParquetFile(parquet_path(folder, table.name)) as file:
        if file.schema_arrow.names != [column.name for column in table.columns]:
            raise FreezeError(f"{table.name}: the written table has other columns than declared.")
        for number in range(file.num_row_groups):
            keys = file.read_row_group(number, columns=[SUBJECT])[SUBJECT]
            rows += len(keys)
            subjects.update(keys.unique().to_pylist())
    known = subjects & homes.keys()
    return Counts(rows, len(known), len({homes[subject] for subject in known}))
