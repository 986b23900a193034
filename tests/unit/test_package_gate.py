"""The gate finds what is wrong with a written package and says where, without a value of it."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from exports.freeze.errors import FreezeError
from exports.package import build_package
from exports.package import frictionless_gate as gate
from tests.unit.package_folder import sheets, write_folder

pytestmark = pytest.mark.usefixtures("whole_gate")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return build_package(write_folder(tmp_path / "release")).path


def changed(package: Path, file: str, old: bytes, new: bytes, *, told: bool = False) -> Path:
    """Write the package with one file changed, and with `told` a descriptor that knows of it."""
    path = package.with_name("changed.zip")
    with zipfile.ZipFile(package) as whole, zipfile.ZipFile(path, "w") as other:
        contents = {name: whole.read(name) for name in whole.namelist()}
        assert contents[file].count(old) == 1
        contents[file] = contents[file].replace(old, new)
        if told:
            contents["datapackage.json"] = _knowing(contents, file)
        for name, content in contents.items():
            other.writestr(name, content)
    return path


def _knowing(contents: dict[str, bytes], file: str) -> bytes:
    descriptor: dict[str, Any] = json.loads(contents["datapackage.json"])
    [resource] = [entry for entry in descriptor["resources"] if entry["path"] == file]
    resource |= {"bytes": len(contents[file]), "hash": f"sha256:{hashlib.sha256(contents[file]).hexdigest()}"}
    return json.dumps(descriptor).encode()


WRONG = [
    ("tables/lab.csv", b"CCC,1,CRP,0,", b"CCC,1,CRP,zero,", "row 5", "column sampled_day", "type"),
    ("tables/lab.csv", b"CCC,1,CRP,", b"CCC,1,CPR,", "row 5", "column analyte", "codes|allows"),
    ("tables/lab.csv", b"12.50", b"12,50", "row 2", "column value", "cells|allows|codes|type"),
    ("tables/lab.csv", b"AAA,1,CRP,4,", b"AAA,1,CRP,-3,", "row 3", "column subject_key", "same key"),
    ("tables/lab.csv", b"CCC,1,CRP,", b"CCD,1,CRP,", "row 5", "column subject_key", "sheet of subjects"),
    ("tables/lab.csv", b"CCC,1,CRP,", b"CCC,,CRP,", "row 5", "column course_no", "missing|allows"),
    ("tables/patient.csv", b"CCC,S02,90,", b"CCC,S02,91,", "row 4", "column age_at_infusion", "limit|allows"),
    ("tables/patient.csv", b",MALE,", b",MALES,", "row 3", "column sex", "codes|allows"),
    ("datasets/adsl.csv", b"BBB,1", b"BBB,yes", "row 3", "column DTHFL", "type"),
    ("datasets/adtte.csv", b"BBB,OS,12,1", b"BBB,OS,12,7", "row 4", "column EVSTAT", "codes|allows"),
]


@pytest.mark.parametrize("rows_for_frictionless", [1_000, 1])
@pytest.mark.parametrize(("file", "old", "new", "row", "column", "words"), WRONG)
def test_a_changed_cell_is_found_with_its_row_and_column(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    file: str, old: bytes, new: bytes, row: str, column: str, words: str, rows_for_frictionless: int,
):  # fmt: skip
    monkeypatch.setattr(gate, "FRICTIONLESS_ROWS", rows_for_frictionless)
    with pytest.raises(FreezeError) as refused:
        gate.check_package(changed(package, file, old, new, told=True), tmp_path)
    message = str(refused.value)
    assert file in message
    assert re.search(words, message), message
    assert f"{row} (the header is row 1)" in message
    assert column in message or "same key" in words, message
    assert new.split(b",")[-2 if new.endswith(b",") else -1].decode() not in message.replace(file, "")


def test_a_value_that_fits_but_was_not_written_is_found_by_the_checksum(package: Path, tmp_path: Path):
    with pytest.raises(FreezeError, match=r"tables/lab.csv: it is not the file"):
        gate.check_package(changed(package, "tables/lab.csv", b"12.50", b"12.51"), tmp_path)


def test_a_missing_row_is_found_by_the_count(package: Path, tmp_path: Path):
    shorter = changed(package, "datasets/adsl.csv", b"CCC,0\n", b"", told=True)
    with pytest.raises(FreezeError, match=r"datasets/adsl.csv: it has 2 rows where 3 were counted"):
        gate.check_package(shorter, tmp_path)


def test_rows_out_of_order_are_found(package: Path, tmp_path: Path):
    turned = changed(package, "datasets/adsl.csv", b"AAA,0\nBBB,1\n", b"BBB,1\nAAA,0\n", told=True)
    with pytest.raises(FreezeError, match=r"row 3 .*column USUBJID: the rows are not in the order"):
        gate.check_package(turned, tmp_path)


def test_other_columns_than_declared_are_found(package: Path, tmp_path: Path):
    renamed = changed(package, "datasets/adsl.csv", b"DTHFL", b"DEATH", told=True)
    with pytest.raises(FreezeError, match=r"datasets/adsl.csv"):
        gate.check_package(renamed, tmp_path)


def test_a_damaged_zip_is_found(package: Path, tmp_path: Path):
    content = package.read_bytes()
    with zipfile.ZipFile(package) as whole:
        start = whole.getinfo("tables/lab.csv").header_offset + 60
    package.write_bytes(content[:start] + bytes(8) + content[start + 8 :])
    with pytest.raises(FreezeError, match="The package was refused"):
        gate.check_package(package, tmp_path)


def test_a_package_that_is_refused_is_not_there(tmp_path: Path):
    made = sheets(tmp_path)
    told, rows = made[0]
    folder = write_folder(tmp_path, [(told, rows.with_columns(pl.lit("MALES").alias("sex"))), *made[1:]])
    with pytest.raises(FreezeError, match=r"tables/patient.csv, row 2 .*column sex"):
        build_package(folder)
    assert not (folder / "package.zip").exists()
    assert not list(folder.glob("*.work")) + list(folder.glob("*.part"))


def test_a_long_subject_is_followed_from_piece_to_piece(tmp_path: Path):
    fields = [{"name": "k", "type": "string"}, {"name": "n", "type": "integer"}]
    resource = {"path": "t.csv", "schema": {"fields": fields, "primaryKey": ["k", "n"]}}
    pieces = [pl.DataFrame({"k": ["A", "A"], "n": [str(2 * place), str(2 * place + 1)]}) for place in range(3)]
    check = gate.RowCheck(resource, {}, is_referred_to=False)
    for piece in pieces:
        check.piece(piece)
    with pytest.raises(FreezeError, match=r"row 8 .*same key"):
        check.piece(pieces[0])


def test_frictionless_reads_only_what_it_may_of_a_large_release(package: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(gate, "FRICTIONLESS_ROWS", 2)
    gate.check_package(package, tmp_path)
    cut = (tmp_path / "first-rows" / "tables" / "lab.csv").read_text().splitlines()
    assert [line[:3] for line in cut] == ["sub", "AAA", "AAA"]


def test_the_command_line_of_frictionless_agrees(package: Path, tmp_path: Path):
    from frictionless import Package

    with zipfile.ZipFile(package) as whole:
        whole.extractall(tmp_path / "whole")
    report = Package(str(tmp_path / "whole" / "datapackage.json")).validate()
    assert report.valid, report.flatten(["name", "type", "note"])
    assert {task.name for task in report.tasks} == {"tables.patient", "tables.lab", "datasets.adsl", "datasets.adtte"}
