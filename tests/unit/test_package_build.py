"""Every package has the files that a reader needs, tells the truth about its rows, and has the same bytes each time."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from exports.freeze import policy
from exports.package import Package, build_package
from exports.package import columns as released
from exports.package.build import STUDY
from exports.package.content import CONTENT_FILE
from exports.package.formats import WRITERS, Loss
from registry.metadata import Transform
from tests.unit.package_folder import CUT, sheets, write_folder

COMMON = {"README.txt", "codebook.csv", "codebook.xlsx", "manifest.json", "checksums.txt"}
CSV_ALONE = {"datapackage.json", "redcap-dictionary.csv", "load.R", "load.py"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "release")


def built(folder: Path, package_format: str = "CSV") -> Package:
    return build_package(folder, package_format, folder.parent / f"{package_format}.zip")


def members(package: Package) -> dict[str, bytes]:
    with zipfile.ZipFile(package.path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


@pytest.mark.parametrize("package_format", WRITERS)
def test_a_package_of_every_format_has_the_common_files_and_the_same_content(folder: Path, package_format: str):
    package = built(folder, package_format)
    files = members(package)
    assert files.keys() >= COMMON
    assert (files.keys() >= CSV_ALONE) == (package_format == "CSV")
    assert package.manifest["format"] == package_format
    assert package.manifest["content_sha256"] == built(folder).manifest["content_sha256"]
    assert package.sha256 == hashlib.sha256(package.path.read_bytes()).hexdigest()
    for told in package.manifest["files"]:
        assert (len(files[told["path"]]), hashlib.sha256(files[told["path"]]).hexdigest()) == (
            told["bytes"],
            told["sha256"],
        )


@pytest.mark.parametrize("package_format", WRITERS)
def test_the_same_folder_gives_the_same_bytes_in_every_format(tmp_path: Path, package_format: str):
    one, two = (built(write_folder(tmp_path / name / "release"), package_format) for name in ("one", "two"))
    assert one.path.read_bytes() == two.path.read_bytes()


def test_the_manifest_counts_the_rows_that_are_in_the_files(folder: Path):
    package = built(folder)
    files = members(package)
    for kind in ("tables", "datasets"):
        for told in package.manifest[kind]:
            assert len(rows_of(files[f"{kind}/{told['name']}.csv"])) == told["rows"]
    assert json.loads(files["manifest.json"]) == package.manifest


def test_no_file_of_a_package_tells_another_time_than_the_data_cut(folder: Path):
    with zipfile.ZipFile(built(folder).path) as archive:
        assert {info.date_time for info in archive.infolist()} == {(2026, 5, 4, 3, 2, 0)}


def test_the_content_hash_is_kept_and_found_out_anew_when_a_table_changes(folder: Path):
    before = built(folder, "PARQUET").manifest["content_sha256"]
    kept = (folder / CONTENT_FILE).read_bytes()
    assert built(folder, "PARQUET").manifest["content_sha256"] == before
    assert (folder / CONTENT_FILE).read_bytes() == kept
    told, rows = sheets(folder)[1]
    rows.with_columns(pl.col("sampled_day") + 1).write_parquet(told.path)
    after = built(folder, "PARQUET").manifest["content_sha256"]
    assert after != before
    (folder / CONTENT_FILE).write_text("{ cut sh")
    assert built(folder).manifest["content_sha256"] == after


def test_a_text_like_a_formula_is_escaped_told_and_no_part_of_the_content_hash(tmp_path: Path):
    told, rows = sheets(tmp_path)[0]
    dangerous = rows.with_columns(site=pl.Series(["=1+1", "S01", "S02"]))
    folder = write_folder(tmp_path / "release", [(told, dangerous)])
    package = built(folder)
    assert rows_of(members(package)["tables/patient.csv"])[0]["site"] == "'=1+1"
    assert [(loss["file"], loss["column"]) for loss in package.manifest["losses"]] == [("tables/patient.csv", "site")]
    assert package.manifest["content_sha256"] == built(folder, "PARQUET").manifest["content_sha256"]


def test_an_empty_folder_of_every_sheet_has_the_same_columns(tmp_path: Path):
    full = members(built(write_folder(tmp_path / "full")))
    made = [(told, rows.clear()) for told, rows in sheets(tmp_path / "empty")]
    counted = [(type(told)(**{**vars(told), "rows": 0, "patients": 0, "sites": 0}), rows) for told, rows in made]
    empty = members(built(write_folder(tmp_path / "empty", counted)))
    for name in (name for name in full if name.startswith(("tables/", "datasets/"))):
        assert empty[name] == full[name].split(b"\n")[0] + b"\n"


def test_nothing_is_left_beside_a_package_and_what_a_killed_worker_left_goes(folder: Path):
    work = folder.parent / "CSV.zip.work"
    work.mkdir()
    (work / "half").write_text("of a file")
    built(folder)
    assert sorted(path.name for path in folder.parent.iterdir()) == ["CSV.zip", "release"]


def test_a_writer_that_fails_leaves_no_package(folder: Path, monkeypatch: pytest.MonkeyPatch):
    def failing(*_arguments: object) -> Iterator[None]:
        yield from ()
        raise OSError("No space left on device")

    monkeypatch.setattr("exports.package.build.WRITERS", {"SPSS": failing})
    with pytest.raises(OSError, match="No space"):
        built(folder, "SPSS")
    assert [path.name for path in folder.parent.iterdir()] == ["release"]


def test_only_csv_has_a_place_of_its_own_and_an_unknown_format_is_refused(folder: Path):
    assert build_package(folder).path == folder / "package.zip"
    with pytest.raises(ValueError, match="where the package goes"):
        build_package(folder, "SPSS")
    with pytest.raises(ValueError, match="No format XLS"):
        build_package(folder, "XLS")


def test_progress_counts_the_sheets(folder: Path):
    told: list[tuple[int, int]] = []
    build_package(folder, tick=lambda done, of: told.append((done, of)))
    assert told == [(0, 4), (1, 4), (2, 4), (3, 4)]


def test_sites_are_named_at_the_level_of_the_agreement_alone(tmp_path: Path):
    assert built(write_folder(tmp_path / "a" / "release")).manifest["sites"]
    for level in ("SHAREABLE", "TWIN"):
        package = built(write_folder(tmp_path / level / "release", level=level))
        assert "sites" not in package.manifest
        assert b"S03" not in members(package)["README.txt"]


STEP = {"code": "AGE_65", "words": "Age groups under 65, or 65 and over", "dropped": [], "recoded": []}


def test_the_manifest_passes_on_filters_and_the_figures_of_the_risk_report_alone(tmp_path: Path):
    cohort = {"FUPDAYS": {"min": 28}}
    risk = {"summary": {"k": 5, "unique": 3, "sets": [["AGEGR", "SEX"]]}, "per_site": {"S01": 1}}
    told = {"cohort": cohort, "selection": {"tables": {"lab": "*"}}, "coarsening": [STEP], "risk": risk}
    package = built(write_folder(tmp_path / "release", **told))
    assert {name: package.manifest[name] for name in told} == {**told, "risk": {"k": 5, "unique": 3}}
    readme = members(package)["README.txt"].decode()
    assert "Only cases where FUPDAYS is at least 28" in readme
    assert "Asked for: lab (all)." in readme


def test_the_readme_says_who_is_in_and_fits_the_page(folder: Path):
    readme = members(built(folder))["README.txt"].decode()
    assert readme.startswith("SIMULATED DATA")
    assert f"Data cut (freeze) {CUT}" in readme
    assert "Patients by site: S01 2, S02 1." in readme
    assert "Left out: The site had no valid agreement: 4." in readme
    assert "The patient withdrew" not in readme
    assert max(len(line) for line in readme.splitlines()) <= 110


def test_the_readme_of_a_format_speaks_of_its_own_files(folder: Path):
    spss, stata = (members(built(folder, name))["README.txt"].decode() for name in ("SPSS", "STATA"))
    assert "GET FILE='tables/patient.sav'." in spss
    assert "-9999 not done" in spss
    assert "load.R" not in spss
    assert 'use "tables/patient.dta", clear' in stata
    assert ".a not done" in stata


def test_losses_are_told_in_readme_and_manifest(folder: Path, monkeypatch: pytest.MonkeyPatch):
    def losing(_sheets: object, _writing: object, losses: list[Loss]) -> Iterator[None]:
        losses += [Loss("tables/lab.sav", name, "the label is cut") for name in ("value", "analyte")]
        yield from ()

    monkeypatch.setattr("exports.package.build.WRITERS", {"SPSS": losing})
    package = built(folder, "SPSS")
    assert len(package.manifest["losses"]) == 2
    assert "the label is cut (2 times, first in tables/lab.sav, value)" in members(package)["README.txt"].decode()


def test_what_the_package_takes_for_merged_and_capped_is_what_the_freeze_does():
    assert (released.MERGED, released.AGE_CAP_YEARS) == (policy.MERGED, policy.AGE_CAP_YEARS)
    assert Transform.MERGE_RARE.value == released.LEVELS_MERGED
    assert Transform.AGE_TOP_CODED.value == released.AGE_CAPPED
    assert STUDY
