"""The tables of a release as everything behind the freeze sees them: names, columns, and the file that holds the rows.

A folder of a release holds `freeze.json` (the facts) and Parquet files: tidy tables in `frozen/`, analysis datasets in
`datasets/`. What leaves is made from such a folder into another of the same shape, and packages are made from that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import polars as pl

Kind = Literal["table", "dataset"]
FOLDERS: Final[Mapping[Kind, str]] = {"table": "frozen", "dataset": "datasets"}
FACTS_OF: Final[Mapping[Kind, str]] = {"table": "tables", "dataset": "datasets"}
# A column of this name beside another says why the other is empty.
REASON_SUFFIX: Final = "__mr"
SUBJECT: Final = "subject_key"


@dataclass(frozen=True)
class Column:
    """One column as the codebook tells it.

    `type` is one of code, integer, decimal, yes/no (1 or 0). `choices` are (code, English label). `short` is a name of
    at most eight characters for formats that need one. Derived columns say how (`derivation`), under which id and
    from which `sources` ("table.column").
    """

    column: str
    label: str
    type: str
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    leaves_as: str = ""
    missing_reasons: str = ""
    note: str = ""
    short: str = ""
    derivation: str = ""
    deriv_id: str = ""
    sources: tuple[str, ...] = ()

    @property
    def is_reason(self) -> bool:
        """Say whether the column tells why another is empty."""
        return self.column.endswith(REASON_SUFFIX)

    def facts(self) -> dict[str, Any]:
        """Return the column as plain values for the facts of a release."""
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {**plain, "choices": [list(pair) for pair in self.choices], "sources": list(self.sources)}


@dataclass(frozen=True)
class Sheet:
    """One table or dataset: its words, its columns in their order, its counts, and where its rows lie."""

    kind: Kind
    name: str
    label: str
    grain: str
    key: tuple[str, ...]
    rows: int
    patients: int
    sites: int
    columns: tuple[Column, ...]
    path: Path

    @property
    def names(self) -> list[str]:
        """Return the names of the columns."""
        return [column.column for column in self.columns]

    def frame(self) -> pl.DataFrame:
        """Return all rows."""
        return pl.read_parquet(self.path)

    def pieces(self) -> Iterator[pl.DataFrame]:
        """Yield the rows in their order, one row group of the file at a time; one empty frame where there are none."""
        from pyarrow import parquet

        with parquet.ParquetFile(self.path) as file:
            groups = file.num_row_groups
            if not groups:
                yield pl.read_parquet(self.path)
            for number in range(groups):
                yield _plain(pl.from_arrow(file.read_row_group(number)))

    def of_subjects(self, first: str, last: str) -> pl.DataFrame:
        """Return the rows of the subjects whose keys lie between two, both included."""
        lazy = pl.scan_parquet(self.path)
        return lazy.filter(pl.col(SUBJECT_OF[self.kind]).is_between(pl.lit(first), pl.lit(last))).collect()

    def facts(self) -> dict[str, Any]:
        """Return the sheet as plain values for the facts of a release."""
        names = ("name", "label", "grain", "rows", "patients", "sites")
        plain: dict[str, Any] = {name: getattr(self, name) for name in names}
        return {**plain, "key": list(self.key), "columns": [column.facts() for column in self.columns]}


# Datasets call the subject as analysts do.
SUBJECT_OF: Final[Mapping[Kind, str]] = {"table": SUBJECT, "dataset": "USUBJID"}


def _plain(found: pl.DataFrame | pl.Series) -> pl.DataFrame:
    assert isinstance(found, pl.DataFrame)  # noqa: S101 - a row group is a table
    return found


def sheet_path(folder: Path, kind: Kind, name: str) -> Path:
    """Return where the rows of a sheet lie in a folder."""
    return folder / FOLDERS[kind] / f"{name}.parquet"


def sheets_of(folder: Path, facts: Mapping[str, Any]) -> list[Sheet]:
    """Return every table, then every dataset, of a folder with these facts."""
    return [_sheet(folder, kind, told) for kind in FOLDERS for told in facts.get(FACTS_OF[kind], ())]


def sheet_named(sheets: Iterable[Sheet], name: str) -> Sheet:
    """Return the sheet of this name; LookupError where there is none."""
    for sheet in sheets:
        if sheet.name == name:
            return sheet
    raise LookupError(f"No sheet {name}.")


def _sheet(folder: Path, kind: Kind, told: Mapping[str, Any]) -> Sheet:
    columns = tuple(_column(entry) for entry in told["columns"])
    plain = {name: told[name] for name in ("name", "label", "grain", "rows", "patients", "sites")}
    return Sheet(
        kind=kind, key=tuple(told["key"]), columns=columns, path=sheet_path(folder, kind, told["name"]), **plain
    )


def _column(told: Mapping[str, Any]) -> Column:
    choices = tuple((code, label) for code, label in told["choices"])
    return Column(**{**told, "choices": choices, "sources": tuple(told["sources"])})
