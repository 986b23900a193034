"""The whole report: complete, plain JSON, and honest about what a release lacks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from exports.report.build import study_report
from exports.report.plan import Plan
from exports.report.study import NoReportError
from tests.unit.report.small_release import people, person, small_release, timed

SECTIONS = {
    "schema", "release", "plan", "software", "groups", "flow", "table_one", "safety", "response", "incidence",
    "survival", "models", "sensitivity", "abstract", "notes", "cases", "dose", "absent", "suppressed",
}  # fmt: skip


def report_of(folder: Path, plan: Plan | None = None, **more: Any) -> dict[str, Any]:
    report = study_report(folder, plan or Plan(), **more)
    return dict(json.loads(json.dumps(report, allow_nan=False)))


def absent_sections(report: dict[str, Any]) -> set[str]:
    return {entry["section"] for entry in report["absent"]}


def test_a_release_of_nothing_but_subjects_says_what_it_lacks(tmp_path):
    report = report_of(small_release(tmp_path, adsl=people(3, 2)))
    assert set(report) == SECTIONS
    assert absent_sections(report) == {"side_effects", "infections", "incidence", "survival", "cases", "dose"}
    assert (report["incidence"], report["survival"], report["cases"], report["dose"]) == ([], [], None, None)
    assert report["safety"]["side_effects"] is None
    assert report["safety"]["stopped_for_side_effect"]["ALL"]["of"] == 5
    assert report["flow"]["follow_up"] is None


def test_columns_that_are_missing_are_named(tmp_path):
    lacking = {"adsl": ("SITEPSEUD", "ORRFL", "DOSEGRP", "ROUTE1", "ANADISC", "ANADISCAE", "AGE")}
    report = report_of(small_release(tmp_path, lacking=lacking, adsl=people(3, 2)))
    told = {entry["section"]: entry["text"]["values"]["names"] for entry in report["absent"]}
    assert told["response"] == ["adsl.ORRFL"]
    assert told["groups"] == ["adsl.ROUTE1"]
    assert told["safety"] == ["adae", "adsl.ANADISCAE", "adsl.ANADISC", "adinf"]
    assert report["safety"] is None
    assert (report["flow"]["sites"], report["flow"]["classes"]) == (None, [])
    rows = [row["id"] for row in report["table_one"]["rows"]]
    assert "AGE" not in rows
    assert "AGEGR" in rows


def test_without_anybody_there_is_a_flow_and_an_explanation(tmp_path):
    adsl = people(4, GRATSTRT=1)
    report = report_of(small_release(tmp_path, adsl=adsl, adtte=timed(adsl, "OS", [(9, 1)] * 4)))
    assert absent_sections(report) == {"all"}
    assert report["flow"]["analysed"] == 0
    assert report["flow"]["left"][3] == {
        "reason": "GRADE_BELOW", "label": "CRS and ICANS below grade 2 at the start of anakinra", "patients": 4,
    }  # fmt: skip
    assert [group["n"] for group in report["groups"]] == [0, 0, 0]
    assert not any(report[name] for name in ("table_one", "safety", "response", "incidence", "models", "cases"))


def test_a_release_without_subjects_has_no_report(tmp_path):
    with pytest.raises(NoReportError, match="adsl"):
        report_of(small_release(tmp_path, adtte=[]))


def test_the_steps_are_told_and_what_the_caller_knows_is_kept(tmp_path):
    heard: list[int] = []
    folder = small_release(tmp_path, adsl=[person(1)])
    report = report_of(folder, tick=heard.append, simulated=False, content_hash="0f")
    assert heard == [2, 3, 4]
    assert (report["release"]["simulated"], report["release"]["content_hash"]) == (False, "0f")
    assert report_of(folder)["release"]["simulated"] is True
    assert set(report["software"]) == {"python", "numpy", "scipy", "quell"}
