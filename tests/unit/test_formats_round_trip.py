"""Whatever a table holds, another reader finds the same in the file: numbers, codes, reasons, texts."""

from __future__ import annotations

import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pyreadstat
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.package.formats.reasons import LETTERS, SPSS_CODES
from exports.sheets import Column
from tests.interop.hard_sheets import PRODUCTS, REASONS, sheet, why, written

COLUMNS = (
    Column("key", "Key", "code"),
    Column("whole", "Whole", "integer"),
    why("whole"),
    Column("exact", "Exact", "decimal"),
    why("exact"),
    Column("product", "Product", "code", choices=PRODUCTS),
    why("product"),
    Column("text", "Text", "code"),
    Column("flag", "Flag", "yes/no"),
)
SCHEMA = {
    "key": pl.String,
    "whole": pl.Int64,
    "whole__mr": pl.String,
    "exact": pl.Decimal(10, 3),
    "exact__mr": pl.String,
    "product": pl.String,
    "product__mr": pl.String,
    "text": pl.String,
    "flag": pl.Int64,
}
CODES = [code for code, _words in PRODUCTS]
reasons = st.none() | st.sampled_from([code for code, _words in REASONS])
# A blank at the end is filling to these formats, and a text of nothing else is none.
texts = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF, exclude_categories=["C"]), min_size=1, max_size=30)


def with_reason(values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, str | None]]:
    return st.tuples(values, st.none()) | st.tuples(st.none(), reasons)


@st.composite
def rows(draw: st.DrawFn) -> tuple[Any, ...]:
    whole = draw(with_reason(st.integers(-9995, 2**31 - 100)))
    exact = draw(with_reason(st.decimals(-9000, 9_000_000, places=3)))
    product = draw(with_reason(st.sampled_from(CODES)))
    return ("k", *whole, *exact, *product, draw(st.none() | texts), draw(st.none() | st.integers(0, 1)))


def made(drawn: list[tuple[Any, ...]], form: str, folder: Path) -> Path:
    frame = pl.DataFrame(drawn, schema=SCHEMA, orient="row")
    files, _losses = written([sheet(folder, frame, COLUMNS)], form, folder)
    return next(path for name, path in files.items() if name.startswith("tables/"))


def number(value: Any) -> float | None:
    return None if value is None or value != value else float(value)


@settings(max_examples=60, deadline=None)
@given(st.lists(rows(), max_size=20))
def test_spss_files_come_back(drawn: list[tuple[Any, ...]]):
    with tempfile.TemporaryDirectory() as folder:
        found, _meta = pyreadstat.read_sav(made(drawn, "SPSS", Path(folder)), user_missing=True)
    for row, back in zip(drawn, found.to_dict("records"), strict=True):
        _key, whole, why_whole, exact, why_exact, product, why_product, text, flag = row
        coded = None if product is None else CODES.index(product) + 1
        for name, value, why_empty in (
            ("whole", whole, why_whole),
            ("exact", exact, why_exact),
            ("product", coded, why_product),
        ):
            expected = SPSS_CODES[why_empty] if why_empty else number(value)
            assert number(back[name]) == expected
        assert (back["text"] or "") == (text or "")
        assert number(back["flag"]) == flag


@settings(max_examples=60, deadline=None)
@given(st.lists(rows(), max_size=20))
def test_stata_files_come_back(drawn: list[tuple[Any, ...]]):
    with tempfile.TemporaryDirectory() as folder:
        path = made(drawn, "STATA", Path(folder))
        # As a data frame the reader mixes up columns in which every value is missing.
        found, _meta = pyreadstat.read_dta(path, user_missing=True, output_format="dict")
    for row, *values in zip(drawn, *found.values(), strict=True):
        back = dict(zip(found, values, strict=True))
        _key, whole, why_whole, exact, why_exact, product, why_product, text, flag = row
        coded = None if product is None else CODES.index(product) + 1
        for name, value, why_empty in (
            ("whole", whole, why_whole),
            ("exact", exact, why_exact),
            ("product", coded, why_product),
        ):
            if why_empty:
                assert back[name] == LETTERS[why_empty]
            else:
                assert number(back[name]) == number(value)
        assert (back["text"] or "") == (text or "")
        assert number(back["flag"]) == flag


@settings(max_examples=60, deadline=None)
@given(st.lists(rows(), max_size=20))
def test_sas_files_come_back(drawn: list[tuple[Any, ...]]):
    with tempfile.TemporaryDirectory() as folder:
        found, _meta = pyreadstat.read_xport(made(drawn, "SAS", Path(folder)))
    for row, back in zip(drawn, found.to_dict("records"), strict=True):
        assert number(back["WHOLE"]) == number(row[1])
        assert number(back["EXACT"]) == number(row[3])
        assert (back["PRODUCT"] or None, back["PRODUCMR"] or None) == (row[5], row[6])
        if row[7] is None or row[7].isascii():
            assert (back["TEXT"] or None) == row[7]


@settings(max_examples=30, deadline=None)
@given(st.lists(rows(), max_size=20))
def test_parquet_files_come_back(drawn: list[tuple[Any, ...]]):
    with tempfile.TemporaryDirectory() as folder:
        found = pl.read_parquet(made(drawn, "PARQUET", Path(folder)))
    assert found.rows() == [tuple(row) for row in drawn]
    assert all(isinstance(value, Decimal | None) for value in found["exact"])
