"""Small folders of releases, written by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from exports.freeze.folder import write_facts
from exports.freeze.parquet import writing
from exports.sheets import Column, sheet_path

TYPES = {pl.Int64(): "integer", pl.String(): "code", pl.Boolean(): "yes/no"}


@dataclass(frozen=True)
class Rows:
    """One table: its name, its key and its rows."""

    name: str
    key: Sequence[str]
    frame: pl.DataFrame

    def facts(self) -> dict[str, Any]:
        """Return what the facts of a release say of it."""
        subjects = self.frame[self.key[0]].n_unique()
        columns = [Column(name, name, TYPES.get(dtype, "code")).facts() for name, dtype in self.frame.schema.items()]
        told = {"name": self.name, "label": self.name.upper(), "grain": "one row per key", "sites": 1}
        return {**told, "key": list(self.key), "rows": self.frame.height, "patients": subjects, "columns": columns}


def table(
    name: str, key: Sequence[str], rows: Mapping[str, Sequence[Any]] | Sequence[Any], columns: Sequence[str] = ()
) -> Rows:
    """Return a table of columns, or of rows under the names of their columns; numbers are numbers, else text."""
    given = rows if isinstance(rows, Mapping) else {}
    if not isinstance(rows, Mapping):
        given = {column: [row[place] for row in rows] for place, column in enumerate(columns)}
    return Rows(name, key, pl.DataFrame({name: _typed(name, values) for name, values in given.items()}))


def _typed(name: str, values: Sequence[Any]) -> pl.Series:
    known = [value for value in values if value is not None]
    dtype: Any = pl.String if name == "subject_key" or any(isinstance(value, str) for value in known) else pl.Int64
    return pl.Series(name, values, dtype=pl.Boolean if known and isinstance(known[0], bool) else dtype)


def written(folder: Path, sheets: Sequence[Rows], **facts: Any) -> Path:
    """Write tables and their facts into a folder and return it."""
    for sheet in sheets:
        with writing(sheet_path(folder, "table", sheet.name)) as file:
            file.add(sheet.frame)
    told = {"release": "QUELL-2026.1", "project": "p", "profile": "AGREEMENT", "datasets": [], **facts}
    write_facts(folder, {**told, "tables": [sheet.facts() for sheet in sheets]})
    return folder
