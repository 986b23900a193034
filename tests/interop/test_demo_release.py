"""The demonstration release in every format: other readers find the rows, values, words and reasons of its tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import polars as pl
import pyreadstat
import pytest
from odmlib.odm_parser import ODMSchemaValidator

from exports.freeze.folder import read_facts
from exports.package.formats.contents import contents_of
from exports.package.formats.reasons import SPSS_HIGHEST, SPSS_LOWEST
from exports.sheets import Sheet, sheets_of
from tests.interop.hard_sheets import written
from tests.interop.programs import needs_pspp, needs_r, pspp, r_lines

pytestmark = [pytest.mark.slow, pytest.mark.interop]


def test_every_reader_finds_the_release(demo_folder: Path, tmp_path: Path):
    sheets = sheets_of(demo_folder, read_facts(demo_folder))
    spss_holds(sheets, tmp_path)
    stata_holds(sheets, tmp_path)
    sas_holds(sheets, tmp_path)
    parquet_holds(sheets, tmp_path)
    adam_is_valid(sheets, tmp_path)


def made(sheets: Sequence[Sheet], form: str, folder: Path) -> tuple[Path, dict[str, Path]]:
    place = folder / form
    place.mkdir()
    return place, written(sheets, form, place)[0]


def spss_holds(sheets: Sequence[Sheet], folder: Path) -> None:
    place, files = made(sheets, "SPSS", folder)
    for sheet in sheets:
        found, meta = pyreadstat.read_sav(files[f"{sheet.kind}s/{sheet.name}.sav"], user_missing=True)
        assert len(found) == sheet.rows
        numbers_are_equal(sheet, {name: found[name].tolist() for name in found}, meta.missing_ranges)
    names = [f"{sheet.kind}s/{sheet.name}.sav" for sheet in sheets]
    rows_in_r("haven", "read_sav", names, sheets, place)
    needs_pspp()
    for sheet, name in zip(sheets, names, strict=True):
        assert f"Cases,{sheet.rows}" in pspp(f'SYSFILE INFO FILE="{name}".\n', place)


def numbers_are_equal(sheet: Sheet, found: dict[str, list[float]], missing: dict[str, object]) -> None:
    """Every number is that of the table, and every reason is a user-missing value where there is no number."""
    held, frame = contents_of(sheet), sheet.frame()
    for column in sheet.columns:
        if not held[column.column].is_number:
            continue
        for value, back in zip(frame[column.column].cast(pl.Float64), found[column.column], strict=True):
            if value is None:
                assert back != back or (column.column in missing and SPSS_LOWEST <= back <= SPSS_HIGHEST)
            else:
                assert back == value
    for name in missing:
        told = frame[f"{name}__mr"].is_not_null().sum()
        assert sum(SPSS_LOWEST <= back <= SPSS_HIGHEST for back in found[name]) == told


def stata_holds(sheets: Sequence[Sheet], folder: Path) -> None:
    place, files = made(sheets, "STATA", folder)
    for sheet in sheets:
        _rows, meta = pyreadstat.read_dta(files[f"{sheet.kind}s/{sheet.name}.dta"], metadataonly=True)
        labels = {column.column: column.label for column in sheet.columns}
        told = {name: label for name, label in meta.column_names_to_labels.items() if name in labels}
        assert told
        assert all(label[:40] in f"{labels[name]} (" or labels[name] in label for name, label in told.items())
    names = [f"{sheet.kind}s/{sheet.name}.dta" for sheet in sheets]
    rows_in_r("haven", "read_dta", names, sheets, place)
    # This reader makes one row of a table without rows.
    filled, with_rows = filled_of(names, sheets)
    rows_in_r("readstata13", "read.dta13", filled, with_rows, place, ", convert.factors = FALSE")


def sas_holds(sheets: Sequence[Sheet], folder: Path) -> None:
    place, _files = made(sheets, "SAS", folder)
    names = [f"{sheet.kind}s/{sheet.name}.xpt" for sheet in sheets]
    rows_in_r("haven", "read_xpt", names, sheets, place)
    filled, with_rows = filled_of(names, sheets)
    rows_in_r("foreign", "read.xport", filled, with_rows, place)


def filled_of(names: Sequence[str], sheets: Sequence[Sheet]) -> tuple[list[str], list[Sheet]]:
    pairs = [(name, sheet) for name, sheet in zip(names, sheets, strict=True) if sheet.rows]
    return [name for name, _sheet in pairs], [sheet for _name, sheet in pairs]


def rows_in_r(
    package: str, reader: str, names: Sequence[str], sheets: Sequence[Sheet], place: Path, more: str = ""
) -> None:
    needs_r(package)
    listed = ", ".join(f'"{name}"' for name in names)
    script = f'library({package}); for (name in c({listed})) cat(nrow({reader}(name{more})), "")'
    assert "".join(r_lines(script, place)).split() == [str(sheet.rows) for sheet in sheets]


def parquet_holds(sheets: Sequence[Sheet], folder: Path) -> None:
    _place, files = made(sheets, "PARQUET", folder)
    with duckdb.connect() as database:
        for sheet in sheets:
            path = files[f"{sheet.kind}s/{sheet.name}.parquet"]
            count = database.execute("SELECT count(*) FROM read_parquet(?)", [str(path)]).fetchone()
            assert count == (sheet.rows,)
            assert pl.read_parquet(path).equals(sheet.frame().cast({pl.Null: pl.String}))


def adam_is_valid(sheets: Sequence[Sheet], folder: Path) -> None:
    _place, files = made(sheets, "ADAM", folder)
    ODMSchemaValidator(standard="define", version="2.1").validate_file(str(files["adam/define.xml"]))
    assert {"adam/adsl.xpt", "adam/adtte.xpt", "adam/adex.xpt", "adam/adae.json"} <= set(files)
