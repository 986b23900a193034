"""The scripts beside a report compute it again from the CSV package of the release, in R and in Python."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from exports.package.build import build_package
from exports.report.build import study_report
from exports.report.figures_of import figures_of
from exports.report.plan import Plan
from exports.report.recompute_plan import recompute_plan
from tests.interop.programs import needs_r

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "export"]),
    pytest.mark.slow,
    pytest.mark.interop,
]
SCRIPTS = Path(__file__).parents[2] / "exports" / "report" / "scripts"
TOLERANCE = 1e-6
# What recompute.py says that it leaves to R.
LEFT_TO_R = ("concordance", "ph_")
Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class Trial:
    """A folder with package, scripts, plan and report, as somebody has them who unpacked both archives."""

    folder: Path
    report: dict[str, Any]

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV"))}
        return subprocess.run(
            [*command, "package", "report.json"], cwd=self.folder, env=plain, capture_output=True, text=True,
            timeout=120, check=False,
        )  # fmt: skip

    @property
    def reported(self) -> dict[Key, float | None]:
        without = {model["id"] for model in self.report["models"] if not model["terms"]}
        return {row[:4]: row[4] for row in figures_of(self.report) if row[0] not in without}

    def recomputed(self) -> dict[Key, float | None]:
        with (self.folder / "recomputed.csv").open(encoding="utf-8", newline="") as file:
            _head, *rows = csv.reader(file)
        return {tuple(row[:4]): float(row[4]) if row[4] else None for row in rows}  # type: ignore[misc]


def unpacked(release: Path, folder: Path, plan: Plan) -> Trial:
    package = build_package(release, "CSV", folder / "package.zip")
    with zipfile.ZipFile(package.path) as archive:
        archive.extractall(folder / "package")
    for path in SCRIPTS.iterdir():
        (folder / path.name.removesuffix(".txt")).write_bytes(path.read_bytes())
    report = study_report(release, plan, simulated=True)
    report["release"]["content_hash"] = package.manifest["content_sha256"]
    (folder / "report.json").write_text(json.dumps(report, allow_nan=False), encoding="utf-8")
    return planned(folder, report)


def planned(folder: Path, report: dict[str, Any]) -> Trial:
    (folder / "plan.json").write_text(json.dumps(recompute_plan(report)), encoding="utf-8")
    return Trial(folder, report)


def test_r_and_python_find_the_figures_of_the_report(demo_folder: Path, tmp_path: Path):
    work = tmp_path / "work"
    work.mkdir()
    trial = unpacked(demo_folder, work, Plan())
    python_agrees(trial)
    python_notices_another_figure_and_another_release(trial)
    r_agrees(trial)


def python_agrees(trial: Trial) -> None:
    done = trial.run(sys.executable, "-W", "error", "-B", "recompute.py")
    assert done.returncode == 0, done.stdout + done.stderr
    left = agrees(trial)
    assert {key for key in left if not key[3].startswith(LEFT_TO_R)} == set()


def r_agrees(trial: Trial) -> None:
    needs_r("survival", "cmprsk")
    done = trial.run("Rscript", "--vanilla", "recompute.R")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in done.stderr.lower()
    assert agrees(trial) == set()


def agrees(trial: Trial) -> set[Key]:
    """Compare what was written with the report, whatever the script says of it; return what was not written."""
    reported, found = trial.reported, trial.recomputed()
    for key in reported.keys() & found.keys():
        expected = reported[key]
        near = expected if expected is None else pytest.approx(expected, rel=TOLERANCE, abs=TOLERANCE)
        assert found[key] == near, key
    return reported.keys() - found.keys()


def python_notices_another_figure_and_another_release(trial: Trial) -> None:
    path = trial.folder / "report.json"
    whole = path.read_text(encoding="utf-8")
    changed = json.loads(whole)
    changed["incidence"][0]["groups"]["ALL"]["at"][0]["est"] += 1e-5
    path.write_text(json.dumps(changed), encoding="utf-8")
    done = trial.run(sys.executable, "-B", "recompute.py")
    path.write_text(whole, encoding="utf-8")
    assert done.returncode == 1
    assert f"{changed['incidence'][0]['id']} / ALL" in done.stdout
    other = json.loads(json.dumps(trial.report))
    other["release"]["content_hash"] = "0" * 64
    planned(trial.folder, other)
    done = trial.run(sys.executable, "-B", "recompute.py")
    planned(trial.folder, trial.report)
    assert (done.returncode, "is not the release of the report" in done.stderr) == (1, True)
