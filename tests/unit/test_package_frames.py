"""Whatever a frame holds, its CSV is read back the same by three readers, and no cell of it is a formula."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.package.csv_tables import (
    FORMULA_START,
    csv_bytes,
    formula_safe,
    rows_sha256,
    safe_text,
    small_pieces,
    table_csv,
)
from exports.package.written_csv import first_cell, first_rows, pieces_of_rows
from exports.sheets import Column
from tests.unit.package_folder import sheet

# Control characters that no CSV reader keeps apart from line ends are no part of a released text.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00"), max_size=12)
ROWS = st.lists(
    st.tuples(TEXTS, st.none() | st.integers(-(10**9), 10**9), st.none() | st.floats(-1e6, 1e6)), max_size=8
)
SCHEMA = {"key": pl.Int64, "text": pl.String, "whole": pl.Int64, "number": pl.Float64}


def framed(rows: list[tuple[str, int | None, float | None]]) -> pl.DataFrame:
    return pl.DataFrame([(number, *row) for number, row in enumerate(rows)], schema=SCHEMA, orient="row")


def by_csv(content: bytes) -> list[list[Any]]:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))[1:]


def by_polars(content: bytes) -> list[list[Any]]:
    frame = pl.read_csv(content, infer_schema=False).fill_null("")
    return [list(row) for row in frame.rows()]


def by_pandas(content: bytes) -> list[list[Any]]:
    return pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False).to_numpy().tolist()


@pytest.mark.parametrize("read", [by_csv, by_polars, by_pandas])
@given(rows=ROWS)
@settings(deadline=None)
def test_a_frame_comes_back_as_it_was_written(read: Any, rows: list[tuple[str, int | None, float | None]]):
    frame = framed(rows)
    read_back = read(csv_bytes(formula_safe(frame)))
    assert len(read_back) == len(rows)
    for (key, text, whole, number), (place, row) in zip(read_back, enumerate(rows), strict=True):
        assert (int(key), text) == (place, safe_text(row[0]))
        assert (int(whole) if whole else None, float(number) if number else None) == row[1:]


@given(rows=ROWS, chunk=st.integers(1, 64))
@settings(deadline=None)
def test_a_file_is_read_in_whole_rows_wherever_it_is_cut(rows: list[tuple[str, int | None, float | None]], chunk: int):
    content = csv_bytes(framed(rows))
    chunks = (content[start : start + chunk] for start in range(0, len(content), chunk))
    cells = [list(row) for piece in pieces_of_rows(chunks) for row in piece.fill_null("").rows()]
    assert cells[1:] == by_csv(content)
    raw = first_rows(io.BytesIO(content), len(rows))
    assert b"".join(raw) == content
    assert [first_cell(row) for row in raw[1:]] == [row[0] for row in by_csv(content)]


@given(rows=ROWS, cells=st.integers(4, 40))
@settings(deadline=None, max_examples=30)
def test_the_digest_does_not_depend_on_the_pieces(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, int | None, float | None]], cells: int
):
    folder = tmp_path_factory.mktemp("rows")
    columns = tuple(Column(name, name, "code") for name in SCHEMA)
    told, frame = sheet(folder, "table", "any", ("key",), columns, framed(rows))
    told.path.parent.mkdir()
    frame.write_parquet(told.path, row_group_size=max(1, cells // 4))
    assert rows_sha256(told) == table_csv(frame)[1]


@pytest.mark.parametrize("name", ["=H(1)", "+a", "-a", "@a", "\ta", "＝a"])
def test_no_name_of_a_column_begins_like_a_formula(name: str):
    assert formula_safe(pl.DataFrame({name: ["=1"], "b": [1]})).to_dict(as_series=False) == {
        f"'{name}": ["'=1"],
        "b": [1],
    }


@given(TEXTS)
def test_a_safe_text_is_safe(text: str):
    assert not pl.Series([safe_text(text)]).str.contains(FORMULA_START)[0]


def test_yes_and_no_are_1_and_0_however_they_are_stored(tmp_path: Path):
    columns = (Column("key", "Key", "code"), Column("is_bulky", "Bulky", "yes/no"))
    told, frame = sheet(tmp_path, "table", "any", ("key",), columns, pl.DataFrame({"key": ["a"], "is_bulky": [True]}))
    told.path.parent.mkdir()
    frame.write_parquet(told.path)
    assert [piece.rows() for piece in small_pieces(told)] == [[("a", 1)]]
