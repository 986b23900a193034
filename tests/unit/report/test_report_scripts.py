"""The scripts beside a report on releases that are not as the demonstration: what they say, and that they run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from exports.report.incidence import incidence
from exports.report.plan import Plan
from exports.report.recompute_plan import recompute_plan
from exports.report.response import response
from exports.report.study import read_study
from exports.report.survival_times import survival_times
from tests.interop.programs import needs_r
from tests.unit.report.small_release import Rows, people, small_release, timed

SCRIPTS = Path(__file__).parents[3] / "exports" / "report" / "scripts"
COMMANDS = {
    "python": ((sys.executable, "-W", "error", "-B"), "recompute.py"),
    "R": (("Rscript", "--vanilla"), "recompute.R"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a blank in its name, package and report in it.

    The release tells no response. Everybody died on day 9, no resolution is known of the high dose group, and nobody of
    the low dose group has a time to non-relapse death.
    """
    place = tmp_path / "my reports"
    shutil.copytree(SCRIPTS, place, copy_function=lambda path, to: shutil.copy(path, str(to).removesuffix(".txt")))
    subjects = people(6, 6)
    rows = [
        *timed(subjects, "OS", [(9, 1)] * 12),
        *timed(subjects, "TRM60", [(9, 1)] * 12),
        *timed(subjects, "RES", [(3, 0)] * 6 + [(4, 1), (5, 2)] * 3),
        *timed(subjects[:6], "NRM", [(9, 1), (12, 2)] * 3),
    ]
    lacking = {"adsl": ["ORRFL", "BESTRESP"]}
    release = small_release(tmp_path / "release", lacking=lacking, adsl=_bare(subjects), adtte=rows)
    study = read_study(release, Plan())
    report = {
        "release": {"name": "R-1", "content_hash": "a" * 64},
        "plan": Plan().told(),
        "response": response(study),
        "incidence": incidence(study),
        "survival": survival_times(study),
        "models": [],
    }
    (place / "report.json").write_text(json.dumps(report), encoding="utf-8")
    (place / "plan.json").write_text(json.dumps(recompute_plan(report)), encoding="utf-8")
    _unpacked(release, place / "package")
    return place


def _bare(subjects: Rows) -> Rows:
    return [{name: held for name, held in row.items() if name not in {"ORRFL", "BESTRESP"}} for row in subjects]


def _unpacked(release: Path, package: Path) -> None:
    (package / "datasets").mkdir(parents=True)
    for path in (release / "datasets").glob("*.parquet"):
        pl.read_parquet(path).write_csv(package / "datasets" / f"{path.stem}.csv")
    (package / "manifest.json").write_text(json.dumps({"content_sha256": "a" * 64}), encoding="utf-8")


def run(folder: Path, language: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    if language == "R":
        needs_r("survival", "cmprsk")
    program, script = COMMANDS[language]
    command = [*program, str(folder / script), *arguments]
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV"))}
    return subprocess.run(command, cwd=folder, env=plain, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("language", ["python", "R"])
def test_groups_without_events_or_without_anybody_and_a_blank_in_the_path_stop_no_script(
    folder: Path, language: str
) -> None:
    done = run(folder, language, "package", "report.json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Worst deviation" in done.stdout


@pytest.mark.parametrize("language", ["python", "R"])
def test_a_folder_that_is_no_package_is_named(folder: Path, language: str) -> None:
    done = run(folder, language, "elsewhere")
    assert done.returncode == 1
    assert "elsewhere is no unpacked CSV package" in done.stderr
