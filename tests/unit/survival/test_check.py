"""`python -m exports.survival check DIR` compares every number of a folder of reference analyses."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from exports.survival.check.command import main
from exports.survival.check.compare import compared
from exports.survival.check.kinds import RUNNERS

ROOT = Path(__file__).resolve().parents[3]
VECTORS = ROOT / "tests" / "vectors"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the smallest data set."""
    for name in ("s01_tiny_ties.json", "s01_tiny_ties.csv"):
        shutil.copy(VECTORS / name, tmp_path)
    return tmp_path


def edited(path: Path, where: list[Any], value: Any) -> None:
    """Change one value of a JSON file."""
    said = place = json.loads(path.read_text(encoding="utf-8"))
    for step in where[:-1]:
        place = place[step]
    place[where[-1]] = value
    path.write_text(json.dumps(said), encoding="utf-8")


def test_every_number_of_every_reference_analysis_agrees() -> None:
    command = [sys.executable, "-m", "exports.survival", "check", str(VECTORS)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout
    assert all(f"\n{kind} " in told.stdout for kind in RUNNERS)
    assert "All 11592 numbers agree." in told.stdout
    assert "WRONG" not in told.stdout


def test_one_altered_number_fails_and_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edited(folder / "s01_tiny_ties.json", ["analyses", 0, "result", "all", "causes", "1", "est", 3], 0.4821430)
    assert main(["check", str(folder)]) == 1
    told = capsys.readouterr().out
    assert "s01_tiny_ties.json: cuminc_all: all.causes.1.est[3] is 0.48214285714285" in told
    assert ", expected 0.482143.\n" in told
    assert "WRONG" in told


@pytest.mark.parametrize("value", [0.0, None])
def test_a_null_and_a_number_are_never_the_same(value: float | None) -> None:
    (one,) = compared({"a": [value]}, {"a": [None if value == 0.0 else 0.0]})
    assert (one.path, one.deviation) == ("a[0]", float("inf"))


def test_a_number_that_is_missing_or_that_nobody_asked_for_is_a_difference() -> None:
    assert [one.deviation for one in compared({"a": 1, "b": 2}, {"a": 1, "c": 2})] == [0, float("inf"), float("inf")]


def test_a_folder_without_analyses_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path)]) == 1
    assert f"{tmp_path}: there are no reference analyses" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["{", "[]", '{"analyses": [1]}', "{}"])
def test_an_unreadable_file_is_named_and_the_others_still_run(
    folder: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    (folder / "broken.json").write_text(text, encoding="utf-8")
    (folder / "broken.csv").write_text("id\n1\n", encoding="utf-8")
    assert main(["check", str(folder)]) == 1
    told = capsys.readouterr().out
    assert "broken.json: holds no reference analyses" in told
    assert "\ncuminc " in told


def test_a_missing_table_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "s01_tiny_ties.csv").unlink()
    assert main(["check", str(folder)]) == 1
    assert "s01_tiny_ties.csv: cannot be read" in capsys.readouterr().out


def test_an_unknown_kind_is_named_and_the_others_still_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edited(folder / "s01_tiny_ties.json", ["analyses", 1, "kind"], "fine_gray")
    assert main(["check", str(folder)]) == 1
    told = capsys.readouterr().out
    assert "s01_tiny_ties.json: cuminc_group: fine_gray is not a known kind (cuminc, " in told
    assert "\nlogrank " in told


def test_an_analysis_of_a_column_that_does_not_exist_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edited(folder / "s01_tiny_ties.json", ["analyses", 0, "spec", "time"], "day")
    assert main(["check", str(folder)]) == 1
    told = capsys.readouterr().out
    assert "cuminc_all: cannot be recomputed (KeyError: 'day')" in told
    assert "WRONG" in told


def test_the_command_says_how_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare"]) == 2
    assert "Usage: python -m exports.survival check DIR" in capsys.readouterr().err
