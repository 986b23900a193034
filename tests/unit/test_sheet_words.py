"""What the pages say of tables and datasets can be said in Spanish, although it is declared without Django."""

from __future__ import annotations

from exports.datasets.catalogue import DATASETS
from exports.freeze.tables import released_tables
from exports.web import sheet_words
from exports.web.dataset_labels import LABELS
from exports.web.requests.variables import sheets


def test_every_dataset_and_what_a_row_is_can_be_said_in_spanish():
    labels = {sheet.label for sheet in sheets() if sheet.kind == "datasets"}
    rows = {kind: {sheet.grain for sheet in sheets() if sheet.kind == kind} for kind in ("datasets", "tables")}
    assert labels == set(sheet_words.DATASETS)
    assert rows == {"datasets": set(sheet_words.ROWS_OF_DATASETS), "tables": set(sheet_words.ROWS_OF_TABLES)}


def test_columns_that_only_a_release_has_can_be_said_in_spanish():
    there = {variable.label for sheet in sheets() if sheet.kind == "tables" for variable in sheet.variables}
    assert set(sheet_words.COLUMNS) <= there


def test_every_column_of_a_dataset_can_be_said_in_spanish():
    reasons = "__mr"
    labels = {column.label for one in DATASETS for column in one.columns if not column.column.endswith(reasons)}
    of_the_record = {column.label for table in released_tables() for column in table.columns}
    assert labels - of_the_record <= set(LABELS) <= labels
