"""Complete or failed: what was written is read again and must be what PostgreSQL counted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from exports.freeze.errors import FreezeError
from exports.freeze.facts import Counts
from exports.freeze.parquet import parquet_path
from exports.freeze.tables import SITE, SUBJECT, ReleasedTable


def verify_tables(folder: Path, counted: Sequence[tuple[ReleasedTable, Counts]]) -> None:
    """Raise FreezeError where a written table has other rows, patients, sites or columns than were counted."""
    homes = pl.read_parquet(parquet_path(folder, "patient"), columns=[SUBJECT, SITE])
    for table, expected in counted:
        found = _counts(folder, table, homes)
        if found != expected:
            raise FreezeError(f"{table.name}: the written table has {found}, the registry {expected}.")


def _counts(folder: Path, table: ReleasedTable, homes: pl.DataFrame) -> Counts:
    path = parquet_path(folder, table.name)
    names = list(pl.read_parquet_schema(path))
    if names != [column.name for column in table.columns]:
        raise FreezeError(f"{table.name}: the written table has other columns than declared.")
    subjects = pl.read_parquet(path, columns=[SUBJECT])
    people = subjects.unique().join(homes, on=SUBJECT, how="inner")
    return Counts(subjects.height, people.height, people[SITE].n_unique())
