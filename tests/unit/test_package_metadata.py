"""What surrounds the data of a package tells nothing of who made it, where or when: the data cut is its only time."""

from __future__ import annotations

import datetime as dt
import getpass
import io
import json
import os
import platform
import re
import socket
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

import pyreadstat
import pytest
from pyarrow import parquet

from exports.package import build_package
from exports.package.formats import WRITERS
from tests.unit.package_folder import CUT, write_folder

# No part of it is a word of any file.
MARK = "ZQ9XJ8V"
CUT_AT = dt.datetime.fromisoformat(CUT)
ZIP_TIME = (2026, 5, 4, 3, 2, 0)
each_format = pytest.mark.parametrize("code", WRITERS)


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One package of each format, made on a machine, by a user and in a folder that have a word of ours."""
    root = tmp_path_factory.mktemp(MARK)
    with pytest.MonkeyPatch.context() as patch:
        for module, name in ((socket, "gethostname"), (socket, "getfqdn"), (platform, "node"), (getpass, "getuser")):
            patch.setattr(module, name, lambda *_of: f"{MARK}host")
        for name in ("USER", "LOGNAME", "USERNAME", "HOSTNAME", "COMPUTERNAME"):
            patch.setenv(name, f"{MARK}user")
        folder = write_folder(root / "release")
        return {code: build_package(folder, code, root / f"{code}.zip").path for code in WRITERS}


def archives(path: Path) -> Iterator[tuple[str, zipfile.ZipFile]]:
    """Yield a package and the workbook in it, which is a zip itself."""
    with zipfile.ZipFile(path) as package:
        yield "package", package
        with zipfile.ZipFile(io.BytesIO(package.read("codebook.xlsx"))) as workbook:
            yield "workbook", workbook


def extracted(path: Path, to: Path, suffix: str) -> list[Path]:
    with zipfile.ZipFile(path) as package:
        return [Path(package.extract(name, to)) for name in package.namelist() if name.endswith(suffix)]


@each_format
def test_neither_the_machine_nor_the_user_nor_a_folder_is_in_any_byte(packages: dict[str, Path], code: str):
    for of, archive in archives(packages[code]):
        for info in archive.infolist():
            content = archive.read(info).lower()
            for form in ("utf-8", "utf-16-le", "utf-16-be"):
                assert MARK.lower().encode(form) not in content, f"{of}/{info.filename}"
            for place in (Path.cwd(), Path.home(), Path(__file__).parents[2]):
                assert len(str(place)) < 6 or str(place).lower().encode() not in content, f"{of}/{info.filename}"


@each_format
def test_entries_have_the_time_of_the_data_cut_fixed_rights_and_nothing_more(packages: dict[str, Path], code: str):
    with zipfile.ZipFile(packages[code]) as package:
        assert package.comment == b""
        for info in package.infolist():
            assert (info.date_time, info.extra, info.comment) == (ZIP_TIME, b"", b""), info.filename
            assert (info.create_system, info.external_attr, info.internal_attr) == (3, 0o100644 << 16, 0), info.filename
            path = PurePosixPath(info.filename)
            assert not path.is_absolute()
            assert re.fullmatch(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)?", info.filename)
            assert ".." not in path.parts


def test_the_heads_of_zip_entries_say_the_same_as_its_directory(packages: dict[str, Path]):
    """Programs that recover a damaged zip read the heads; a user's number would stand in an extra field there."""
    content = packages["CSV"].read_bytes()
    with zipfile.ZipFile(packages["CSV"]) as package:
        for info in package.infolist():
            head = content[info.header_offset :][:30]
            assert head[:4] == b"PK\x03\x04"
            assert int.from_bytes(head[28:30], "little") == 0, "no extra field"


def workbook_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package, zipfile.ZipFile(io.BytesIO(package.read("codebook.xlsx"))) as workbook:
        return {name: workbook.read(name) for name in workbook.namelist()}


def properties(content: bytes) -> dict[str, str | None]:
    return {element.tag.rpartition("}")[2]: element.text for element in ElementTree.fromstring(content)}


@each_format
def test_the_workbook_names_no_author_and_no_other_time(packages: dict[str, Path], code: str):
    workbook = workbook_of(packages[code])
    unwanted = re.compile("comment|external|connection|custom|printer|vba|media", re.IGNORECASE)
    assert not [name for name in workbook if unwanted.search(name)]
    core, app = properties(workbook["docProps/core.xml"]), properties(workbook["docProps/app.xml"])
    assert core.keys() <= {"title", "creator", "lastModifiedBy", "created", "modified"}
    assert {core.get("creator"), core.get("lastModifiedBy")} <= {None, ""}
    assert {core["created"], core["modified"]} == {CUT}
    assert app.get("Company") in {None, ""}
    assert not app.keys() & {"Manager", "HyperlinkBase", "Template"}


@each_format
def test_no_part_of_the_workbook_has_a_time_of_its_own(packages: dict[str, Path], code: str):
    times = {of: {info.date_time for info in archive.infolist()} for of, archive in archives(packages[code])}
    assert times == {"package": {ZIP_TIME}, "workbook": {(1980, 1, 31, 0, 0, 0)}}


def test_no_cell_of_the_workbook_is_a_formula(packages: dict[str, Path]):
    workbook = workbook_of(packages["CSV"])
    cells = [content for name, content in workbook.items() if name.startswith("xl/worksheets/sheet")]
    assert len(cells) == 6
    assert not any(b"<f>" in content or b"hyperlink" in content for content in cells)


@pytest.mark.parametrize(("code", "suffix"), [("SPSS", ".sav"), ("STATA", ".dta"), ("SAS", ".xpt"), ("ADAM", ".xpt")])
def test_the_heads_of_data_files_tell_the_data_cut(packages: dict[str, Path], tmp_path: Path, code: str, suffix: str):
    read = {".sav": pyreadstat.read_sav, ".dta": pyreadstat.read_dta, ".xpt": pyreadstat.read_xport}[suffix]
    files = extracted(packages[code], tmp_path, suffix)
    assert files
    for file in files:
        _rows, meta = read(str(file), metadataonly=True)
        wanted = CUT_AT.replace(tzinfo=None, second=0 if suffix == ".dta" else CUT_AT.second)
        assert (meta.creation_time, meta.modification_time) == (wanted, wanted), file.name
        assert not meta.notes


def test_the_metadata_of_parquet_files_is_what_is_declared(packages: dict[str, Path], tmp_path: Path):
    for file in extracted(packages["PARQUET"], tmp_path, ".parquet"):
        told = parquet.ParquetFile(file)
        assert told.metadata.created_by.startswith("parquet-cpp-arrow version")
        names = {name.decode() for name in told.schema_arrow.metadata}
        assert names == {"study", "release", "data_cut_at", "is_simulated", "label", "grain", "key"}


def test_documents_of_the_adam_like_package_tell_the_data_cut(packages: dict[str, Path], tmp_path: Path):
    for file in extracted(packages["ADAM"], tmp_path, ".json"):
        if file.parent.name == "adam":
            head = json.loads(file.read_text(encoding="utf-8"))
            moments = {head["datasetJSONCreationDateTime"], head["dbLastModifiedDateTime"]}
            assert moments == {CUT.removesuffix("Z")}
    [define] = extracted(packages["ADAM"], tmp_path, "define.xml")
    assert ElementTree.fromstring(define.read_bytes()).get("CreationDateTime") == CUT.replace("Z", "+00:00")


@each_format
def test_another_zone_another_mask_and_another_folder_give_the_same_bytes(
    packages: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str
):
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    monkeypatch.setenv("LC_ALL", "es_ES.UTF-8")
    monkeypatch.chdir(tmp_path)
    time.tzset()
    mask = os.umask(0o077)
    try:
        again = build_package(write_folder(tmp_path / "release"), code, tmp_path / "elsewhere.zip")
    finally:
        os.umask(mask)
        monkeypatch.undo()
        time.tzset()
    assert again.path.read_bytes() == packages[code].read_bytes()
