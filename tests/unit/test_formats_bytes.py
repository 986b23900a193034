"""Every format: the same bytes twice, the same bytes however the rows are read, and nothing of the machine in them."""

from __future__ import annotations

import datetime as dt
import getpass
import socket
import time
from pathlib import Path

import pytest

from exports.package.formats import WRITERS, contents
from tests.interop.hard_sheets import CUT, hard_sheets, writing, written

FORMATS = ("SPSS", "STATA", "SAS", "PARQUET", "ADAM")


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("one", "another"):
        (tmp_path / name).mkdir()
        for form in FORMATS:
            (tmp_path / name / form).mkdir()
    return tmp_path / "one", tmp_path / "another"


def files_of(folder: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for form in FORMATS:
        paths, _losses = written(hard_sheets(folder), form, folder / form)
        found |= {f"{form}/{name}": path.read_bytes() for name, path in paths.items()}
    return found


def test_another_moment_and_another_folder_give_the_same_bytes(folders: tuple[Path, Path]):
    first = files_of(folders[0])
    time.sleep(1.1)
    assert files_of(folders[1]) == first
    assert len(first) == 4 + 1 + 4 + 1 + 4 + 3 + 4 + 5


def test_blocks_of_two_rows_give_the_same_bytes_as_one_block(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
):
    whole = files_of(folders[0])
    monkeypatch.setattr(contents, "BLOCK", 2)
    pieces = files_of(folders[1])
    # A block is a row group of Parquet.
    assert {name for name in whole if pieces[name] != whole[name]} <= {f for f in whole if f.startswith("PARQUET")}


def test_no_file_tells_who_wrote_it_or_where(folders: tuple[Path, Path]):
    secrets = [str(folders[0]), str(Path.cwd()), str(Path.home()), socket.gethostname(), getpass.getuser()]
    for name, content in files_of(folders[0]).items():
        for secret in secrets:
            if len(secret) > 3:
                assert secret.encode() not in content, f"{name} holds {secret}"


def test_the_only_moment_in_a_file_is_the_data_cut(folders: tuple[Path, Path]):
    today = dt.datetime.now(dt.UTC)
    written_ways = {f"{today:%d%b%y}".upper(), f"{today:%d %b %y}", f"{today:%d %b %Y}", f"{today:%Y-%m-%d}"}
    for name, content in files_of(folders[0]).items():
        assert not [way for way in written_ways if way.encode() in content], name
    assert CUT.date() != today.date()


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_is_yielded_only_when_it_is_whole(tmp_path: Path, form: str):
    sheets = hard_sheets(tmp_path)
    broken = sheets[-1]
    broken.path.write_bytes(b"not a table")
    members = WRITERS[form](sheets, writing(tmp_path / "work"), [])
    names = []
    with pytest.raises(Exception):  # noqa: B017 - each library has its own
        names.extend(member.name for member in members)
    assert not [name for name in names if "adtte" in name]
