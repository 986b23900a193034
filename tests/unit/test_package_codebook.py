"""The codebook of a package in its four forms: CSV, workbook, descriptor and REDCap dictionary."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from exports.package import build_package
from exports.package.load_r import r_text
from exports.package.redcap_dictionary import HEADINGS, redcap_dictionary
from exports.sheets import Column
from registry.metadata import redcap
from tests.unit.package_folder import sheets, write_folder


@pytest.fixture
def files(tmp_path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(build_package(write_folder(tmp_path / "release")).path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def workbook(files: dict[str, bytes]) -> dict[str, list[tuple[Any, ...]]]:
    book = openpyxl.load_workbook(io.BytesIO(files["codebook.xlsx"]))
    return {sheet.title: [tuple(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_the_codebook_has_a_line_for_every_released_column(files: dict[str, bytes]):
    told = [(row["kind"], row["table"], row["column"]) for row in rows_of(files["codebook.csv"])]
    assert told == [(sheet.kind, sheet.name, name) for sheet, _rows in sheets(Path()) for name in sheet.names]
    race = next(row for row in rows_of(files["codebook.csv"]) if row["column"] == "race")
    assert race["choices"] == "WHITE, White | MERGED, rare levels, merged"


def test_the_workbook_has_every_column_every_code_and_what_is_not_there(files: dict[str, bytes]):
    pages = workbook(files)
    assert list(pages) == ["Contents", "Tables", "Datasets", "Codes", "Withheld", "Excluded"]
    assert len(pages["Tables"]) - 1 + len(pages["Datasets"]) - 1 == len(rows_of(files["codebook.csv"]))
    assert ("lab", "analyte", "FERRITIN", "Ferritín, µg") in pages["Codes"]
    assert ("patient", "study_id", "direct identifier") in pages["Withheld"]
    assert ("The site had no valid agreement.", 4) in pages["Excluded"]
    assert pages["Contents"][1][0] == "SIMULATED DATA"


def test_the_workbook_has_no_formula_no_author_and_the_data_cut_as_its_time(tmp_path: Path):
    told, rows = sheets(tmp_path)[2]
    dangerous = Column("DTHFL", "=HYPERLINK(1)", "yes/no", "-x", note="{=1+1}", derivation="http://example.org")
    risky = type(told)(**{**vars(told), "columns": (told.columns[0], dangerous)})
    package = build_package(write_folder(tmp_path / "release", [(risky, rows)]))
    with zipfile.ZipFile(package.path) as archive:
        content = archive.read("codebook.xlsx")
        line = archive.read("codebook.csv").decode().splitlines()[2]
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}
    assert book["Datasets"]["C3"].value == "=HYPERLINK(1)"
    assert line.startswith("adsl,DTHFL,'=HYPERLINK(1),yes/no,'-x,")
    assert not book.properties.creator
    assert str(book.properties.created) == str(book.properties.modified) == "2026-05-04 03:02:01"
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert not any(b"<f>" in parts.read(name) or b"hyperlink " in parts.read(name) for name in parts.namelist())


def test_the_workbook_is_easy_to_read(files: dict[str, bytes]):
    for sheet in openpyxl.load_workbook(io.BytesIO(files["codebook.xlsx"])):
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref.startswith("A1:")
        assert sheet["A1"].font.bold


def test_the_descriptor_tells_types_codes_limits_and_keys(files: dict[str, bytes]):
    descriptor = json.loads(files["datapackage.json"])
    assert "profile" not in descriptor
    assert (descriptor["created"], descriptor["version"]) == ("2026-05-04T03:02:01Z", "QUELL-2026.1")
    resources = {resource["name"]: resource for resource in descriptor["resources"]}
    patient = {field["name"]: field for field in resources["tables.patient"]["schema"]["fields"]}
    assert patient["race"]["constraints"]["enum"] == ["WHITE", "MERGED"]
    assert patient["age_at_infusion"]["constraints"] == {"maximum": 90}
    assert patient["subject_key"]["constraints"] == {"required": True}
    lab = resources["tables.lab"]["schema"]
    assert lab["primaryKey"] == ["subject_key", "course_no", "analyte", "sampled_day"]
    assert [(entry["fields"], entry["reference"]) for entry in lab["foreignKeys"]] == [
        (["subject_key"], {"resource": "tables.patient", "fields": ["subject_key"]})
    ]
    assert "value__mr" in {field["name"]: field for field in lab["fields"]}["value"]["description"]
    adtte = resources["datasets.adtte"]["schema"]
    assert [entry["reference"]["resource"] for entry in adtte["foreignKeys"]] == ["datasets.adsl", "tables.patient"]
    status = {field["name"]: field for field in adtte["fields"]}["EVSTAT"]
    assert status["categories"][2] == {"value": 2, "label": "competing"}


def test_the_dictionary_has_redcaps_columns_unique_names_and_the_record_id_first(files: dict[str, bytes]):
    rows = list(csv.reader(io.StringIO(files["redcap-dictionary.csv"].decode())))
    assert tuple(rows[0]) == HEADINGS == redcap.HEADINGS
    assert rows[1][:2] == ["subject_key", "patient"]
    names = [row[0] for row in rows[1:]]
    assert len(set(names)) == len(names) == 1 + 5 + 6 + 1 + 3
    told = {row[0]: row for row in rows[1:]}
    assert told["lab_value"][7] == "number"
    assert told["lab_is_first"][3:6] == ["yesno", "First value", ""]
    assert told["lab_value_mr"][5] == "ND, not done | UNK, unknown | NA, not applicable"


def test_two_columns_of_one_name_in_redcap_are_refused():
    told, _rows = sheets(Path())[0]
    twice = type(told)(**{**vars(told), "columns": (*told.columns, Column("age_at_infusion_mr", "Age", "integer"))})
    with pytest.raises(ValueError, match="one name"):
        redcap_dictionary([twice])


def test_a_text_in_r_is_plain_ascii_and_cannot_end_early():
    assert r_text('a"\\\n µ') == '"a\\"\\\\\\U{a} \\U{b5}"'
