"""Frozen tables of a few made-up subjects, with the columns and types that a freeze would write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

import polars as pl

from exports.datasets.declared import Dataset, names_are_short
from exports.freeze.tables import ReleasedTable, released_tables

Row = Mapping[str, Any]


@cache
def released() -> dict[str, ReleasedTable]:
    return {table.name: table for table in released_tables()}


def small_tables(**rows: Sequence[Row]) -> dict[str, pl.DataFrame]:
    """Return every frozen table: these rows, empty where a column is not given, and a patient for each subject."""
    subjects = sorted({row["subject_key"] for of_table in rows.values() for row in of_table})
    given = {"patient": [{"subject_key": subject} for subject in subjects], **rows}
    return {name: _frame(table, given.get(name, ())) for name, table in released().items()}


def _frame(table: ReleasedTable, rows: Sequence[Row]) -> pl.DataFrame:
    schema = {column.name: column.dtype for column in table.columns}
    unknown = {name for row in rows for name in row} - schema.keys()
    assert not unknown, f"{table.name} has no column {unknown}"
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema, orient="row")


def rows_of(dataset: Dataset, tables: Mapping[str, pl.DataFrame]) -> list[dict[str, Any]]:
    return dataset.rows(tables, {}).to_dicts()


def assert_declared_well(dataset: Dataset) -> None:
    """Labels and short names fit the narrowest format, identifiers are unique, sources and codes exist."""
    assert names_are_short(dataset.columns)
    for column in dataset.columns:
        assert column.label.isascii(), column
        assert 0 < len(column.label) <= 40, column
        assert column.derivation.endswith("."), column
        assert column.deriv_id == f"{dataset.name.upper()}.{column.column}/1"
        assert column.sources, column
        assert column.unit or column.type not in ("integer", "decimal"), column
        for source in column.sources:
            table, name = source.split(".")
            assert name in {found.name for found in released()[table].columns}, source


def assert_codes_are_declared(dataset: Dataset, frame: pl.DataFrame) -> None:
    """Every code of a column with a list of choices is on it, and every number has the declared kind."""
    for column in dataset.columns:
        values = frame[column.column].drop_nulls().unique()
        if column.choices and column.type == "code":
            assert set(values) <= {code for code, _label in column.choices}, column.column
        if column.type in ("integer", "yes/no"):
            assert frame.schema[column.column] == pl.Int64, column.column
        if column.type == "yes/no":
            assert set(values) <= {0, 1}, column.column
        if column.type == "decimal":
            assert frame.schema[column.column].is_decimal() or frame.schema[column.column].is_float(), column.column


def places(value: Decimal | None, number: int) -> Decimal | None:
    """Return a number with as many places as its column holds, halves away from zero as the registry rounds."""
    from registry.services.changed import rounded

    return rounded(value, number)
