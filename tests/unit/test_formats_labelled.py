"""SPSS and Stata: one plan for numbers, words and reasons."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pyreadstat
import pytest

from exports.package.formats.variables import numbers_of
from exports.sheets import Column
from tests.interop.hard_sheets import COLUMNS, REASONS, frame, sheet, why, written


def of(losses, column: str) -> list[str]:
    return [loss.what for loss in losses if loss.column == column and "hard" in loss.file]


def read(folder: Path, form: str):
    files, losses = written([sheet(folder, frame(), COLUMNS)], form, folder)
    if form == "SPSS":
        return *pyreadstat.read_sav(files["tables/hard.sav"], user_missing=True), losses, files
    return *pyreadstat.read_dta(files["tables/hard.dta"], user_missing=True), losses, files


def test_codes_that_are_whole_numbers_keep_them_and_others_count_from_one():
    assert numbers_of(["0", "1", "4"], ["MERGED"]) == {"0": 0, "1": 1, "4": 4, "MERGED": 5}
    assert numbers_of(["AXI", "TISA"], ["MERGED"]) == {"AXI": 1, "TISA": 2, "MERGED": 3}
    assert numbers_of(["01", "1"], []) == {"01": 1, "1": 2}


def test_spss_has_the_reasons_as_a_range_of_user_missing_values(tmp_path: Path):
    rows, meta, _losses, _files = read(tmp_path, "SPSS")
    assert rows["day"].tolist()[:3] == [-9, -9999, -6]
    assert rows["grade"].tolist() == [3, -9998, -9999, 0, -9997, 5]
    assert rows["dose"].tolist()[5] == -9996
    assert rows["product"].tolist()[:4] == [1, -9996, 3, 2]
    assert meta.missing_ranges["day"] == [{"lo": -9999.0, "hi": -9996.0}]
    assert meta.variable_value_labels["day"] == {-9999 + place: words for place, (_code, words) in enumerate(REASONS)}
    assert not [name for name in rows if name.endswith("__mr") and name != "site__mr"]


def test_stata_has_the_reasons_as_a_to_d(tmp_path: Path):
    rows, meta, _losses, _files = read(tmp_path, "STATA")
    assert rows["grade"].tolist() == [3, "b", "a", 0, "c", 5]
    assert rows["dose"].tolist()[1] == "c"
    assert rows["is_severe"].tolist()[1] == "b"
    assert meta.variable_value_labels["grade"]["a"] == "not done"
    assert meta.variable_value_labels["grade"][3] == "grade 3"


def test_stata_keeps_value_labels_on_whole_storage_and_long_labels_within_80_characters(tmp_path: Path):
    _rows, meta, losses, _files = read(tmp_path, "STATA")
    assert meta.readstat_variable_types["product"] == "int8"
    assert meta.readstat_variable_types["organism"] == "int16"
    assert len(meta.column_names_to_labels["dose"]) == 80
    assert of(losses, "dose")[0].startswith("label shortened from 307 to 80 characters")


def test_spss_shows_grades_without_decimals_and_orders_them(tmp_path: Path):
    _rows, meta, _losses, _files = read(tmp_path, "SPSS")
    assert meta.original_variable_types["grade"] == "F8.0"
    assert meta.original_variable_types["dose"] == "F9.2"
    measures = {name: meta.variable_measure[name] for name in ("grade", "grade_code", "product", "is_severe", "dose")}
    assert measures == {
        "grade": "ordinal",
        "grade_code": "ordinal",
        "product": "nominal",
        "is_severe": "nominal",
        "dose": "scale",
    }


@pytest.mark.parametrize("form", ["SPSS", "STATA"])
def test_decimals_are_exact_and_words_are_those_of_the_codebook(tmp_path: Path, form: str):
    rows, meta, _losses, _files = read(tmp_path, form)
    assert rows["dose"].tolist()[0] == -0.1
    assert rows["dose"].tolist()[2] == 123456.78
    assert rows["ratio"].tolist()[:3] == [0.1, 1 / 3, 1e-12]
    assert meta.variable_value_labels["product"][2] == "tisagenlecleucel, “Kymriah”"
    assert meta.variable_value_labels["product"][3] == "MERGED"
    assert len(meta.variable_value_labels["organism"]) == 150
    assert meta.column_names_to_labels["day"] == "Day from infusion (d)"


@pytest.mark.parametrize("form", ["SPSS", "STATA"])
def test_what_is_lost_is_told(tmp_path: Path, form: str):
    _rows, _meta, losses, _files = read(tmp_path, form)
    assert of(losses, "site") == [
        "missing reasons stay in a variable of their own: the value is text",
        "1 empty texts are the same as missing ones",
    ]
    assert of(losses, "day") == []


@pytest.mark.parametrize("form", ["SPSS", "STATA"])
def test_the_package_says_which_number_is_which_code(tmp_path: Path, form: str):
    *_rest, files = read(tmp_path, form)
    lines = list(csv.DictReader(files["codes.csv"].read_text(encoding="utf-8").splitlines()))
    product = {line["number"]: line["code"] for line in lines if line["column"] == "product"}
    reasons = {"SPSS": ["-9999", "-9998", "-9997", "-9996"], "STATA": [".a", ".b", ".c", ".d"]}[form]
    assert product == {"1": "AXI", "2": "TISA", "3": "MERGED", **dict(zip(reasons, dict(REASONS), strict=True))}


def small(folder: Path, values: list, reasons: list, dtype: type[pl.DataType]):
    rows = pl.DataFrame(
        {"key": [str(place) for place in range(len(values))], "x": values, "x__mr": reasons},
        schema={"key": pl.String, "x": dtype, "x__mr": pl.String},
    )
    return sheet(folder, rows, (Column("key", "Key", "code"), Column("x", "X", "decimal"), why("x")))


def test_where_a_value_lies_among_the_codes_of_spss_its_reasons_stay_apart(tmp_path: Path):
    files, losses = written([small(tmp_path, [-9997.5, None], [None, "ND"], pl.Float64)], "SPSS", tmp_path)
    rows, meta = pyreadstat.read_sav(files["tables/hard.sav"], user_missing=True)
    assert rows["x"].tolist()[0] == -9997.5
    assert rows["x__mr"].tolist()[1] == 1
    assert meta.missing_ranges == {}
    assert of(losses, "x") == ["missing reasons stay in a variable of their own: a value lies where their codes would"]


@pytest.mark.parametrize("form", ["SPSS", "STATA"])
@pytest.mark.parametrize("reasons", [["ND", "UNK"], [None, "another reason"]])
def test_a_reason_beside_a_value_or_without_a_place_keeps_its_column(tmp_path: Path, form: str, reasons: list):
    files, _losses = written([small(tmp_path, [1.0, None], reasons, pl.Float64)], form, tmp_path)
    reader = pyreadstat.read_sav if form == "SPSS" else pyreadstat.read_dta
    rows, _meta = reader(next(path for name, path in files.items() if name.startswith("tables/")))
    assert "x__mr" in rows


@pytest.mark.parametrize("form", ["SPSS", "STATA"])
def test_a_number_that_is_none_is_missing_and_told(tmp_path: Path, form: str):
    files, losses = written([small(tmp_path, [float("nan"), float("inf")], [None, None], pl.Float64)], form, tmp_path)
    reader = pyreadstat.read_sav if form == "SPSS" else pyreadstat.read_dta
    rows, _meta = reader(next(path for name, path in files.items() if name.startswith("tables/")))
    assert rows["x"].isna().all()
    assert of(losses, "x") == ["2 values that are no finite numbers are written as missing"]


def test_two_codes_with_one_word_stay_two_levels(tmp_path: Path):
    twins = (("A", "same"), ("B", "same"))
    rows = pl.DataFrame({"key": ["1"], "x": ["A"]})
    columns = (Column("key", "Key", "code"), Column("x", "X", "code", choices=twins))
    files, _losses = written([sheet(tmp_path, rows, columns)], "STATA", tmp_path)
    _rows, meta = pyreadstat.read_dta(files["tables/hard.dta"])
    assert meta.variable_value_labels["x"] == {1: "same (1)", 2: "same (2)"}


def test_no_cell_of_the_list_of_codes_begins_like_a_formula(tmp_path: Path):
    rows = pl.DataFrame({"key": ["1", "2"], "x": ["=1+1", "A"]})
    columns = (Column("key", "Key", "code"), Column("x", "X", "code", choices=(("A", "@SUM(A1)"),)))
    files, _losses = written([sheet(tmp_path, rows, columns)], "SPSS", tmp_path)
    cells = [cell for line in csv.reader(files["codes.csv"].read_text(encoding="utf-8").splitlines()) for cell in line]
    assert {"'=1+1", "'@SUM(A1)"} <= set(cells)
    assert not [cell for cell in cells if cell.startswith(("=", "@", "+"))]
