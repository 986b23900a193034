"""The files of a report and its archive: what is in it, that its sums hold, and that its bytes depend on the report."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from exports.report import appendix
from exports.report.figures_of import figures_of
from exports.report.recompute_plan import recompute_plan
from tests.unit.report.sample import sample


def little() -> dict[str, Any]:
    """The sample with a single figure, for figures take a second each."""
    return {**sample(), "cases": None, "response": None, "dose": None, "models": [], "survival": [],
            "incidence": sample()["incidence"][:1]}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("report")
    appendix.write(little(), found)
    return found


@pytest.fixture
def archive(folder: Path) -> zipfile.ZipFile:
    with zipfile.ZipFile(folder / appendix.APPENDIX_FILE) as found:
        yield found


def test_the_report_lies_beside_its_archive_in_every_form_and_language(folder: Path):
    documents = {"report.json", "report.html", "report.es.html", "report.pdf", "report.es.pdf"}
    assert {path.name for path in folder.iterdir()} == {*documents, "appendix.zip"}
    assert json.loads((folder / "report.json").read_text(encoding="utf-8")) == little()


def test_the_archive_holds_report_figures_scripts_plan_and_how_to_run_them(archive: zipfile.ZipFile):
    assert set(archive.namelist()) == {
        *("report.json", "report.html", "report.es.html", "report.pdf", "report.es.pdf"),
        *(f"figures/incidence_trm_infusion.{form}" for form in ("pdf", "png", "svg")),
        *(
            f"recompute/{name}"
            for name in (
                "cohort.R",
                "cohort.py",
                "compare.R",
                "compare.py",
                "estimators.py",
                "plan.json",
                "recompute.R",
            )
        ),
        *("recompute/recompute.py", "README.txt", "figures.csv", "SHA256SUMS"),
    }
    text = archive.read("README.txt").decode()
    for words in ("DEMO-2026-1", "0f" * 32, "SIMULATED DATA", "Rscript recompute/recompute.R PACKAGE report.json"):
        assert words in text


def test_the_sums_are_those_of_the_members(archive: zipfile.ZipFile):
    lines = archive.read("SHA256SUMS").decode().splitlines()
    told = {name: digest for digest, name in (line.split("  ") for line in lines)}
    assert told == {
        name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist() if name != "SHA256SUMS"
    }


def test_every_member_carries_the_time_of_the_data_cut(archive: zipfile.ZipFile):
    assert {info.date_time for info in archive.infolist()} == {(2025, 1, 31, 0, 0, 0)}


def test_the_same_report_gives_the_same_bytes(folder: Path, tmp_path: Path):
    appendix.write(little(), tmp_path)
    for path in folder.iterdir():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes(), path.name


def test_a_number_that_is_none_is_refused(tmp_path: Path):
    report = {**little(), "schema": float("nan")}
    with pytest.raises(ValueError, match="JSON compliant"):
        appendix.write(report, tmp_path)


def test_every_figure_is_one_row_and_no_two_have_the_same_name():
    rows = figures_of(sample())
    assert ("trm_infusion", "HIGH", "28", "at_risk", 21) in rows
    assert ("resolution_group", "GROUP=HIGH", "", "hr", 2.19) in rows
    assert ("table_one.SEX=F", "LOW", "", "count", 7) in rows
    assert ("response", "ALL", "", "of", 43) in rows
    assert len({row[:4] for row in rows}) == len(rows)


def test_the_plan_of_the_scripts_tells_cohort_dose_rule_and_analyses():
    plan = recompute_plan(sample())
    assert plan["cohort"]["products"] == ["AXI"]
    assert plan["dose"]["declared"]
    assert plan["dose"]["classes"]["SC"][-1]["class"] == "OTHER_SC_HIGH"
    assert plan["incidence"][0] == {"id": "trm_infusion", "parameter": "TRM60", "days": [28, 60]}
    assert [model["id"] for model in plan["models"]] == [
        "resolution_group",
        "resolution_kps",
        "resolution_multivariable",
    ]


def test_another_dose_rule_is_told_with_its_column():
    report = sample()
    report["plan"]["dose_rule"] = "HIGHEST"
    dose = recompute_plan(report)["dose"]
    assert (dose["declared"], dose["column"]) == (False, "DOSEMAX")
