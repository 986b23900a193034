"""From raw records to the abstract: the report of the demonstration cohort prints the published figures.

Published: Gazeau et al., Transplant Cell Ther 2023, DOI 10.1016/j.jtct.2023.04.001. The cohort is simulated, built to
these figures: that proves the way from record to figure, not the medicine.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from exports.leaving.leave import leave
from exports.leaving.order import LeavingOrder
from exports.report.build import study_report
from exports.report.html import standalone_html
from exports.report.plan import DoseRule, Plan

pytestmark = [pytest.mark.django_db(transaction=True, databases=["default", "export"]), pytest.mark.slow]

PUBLISHED = [
    ("Patients", "43"),
    ("Sites", "9"),
    ("Overall response to the CAR-T cells", "77 %"),
    ("Anakinra stopped for side effects", "7 %"),
    ("Treatment-related death by day 28 from infusion", "7 % (2-17)"),
    ("Treatment-related death by day 60 from infusion", "23 % (11-38)"),
    ("Treatment-related death by day 28 from anakinra, low dose", "47 % (20-70)"),
    ("Treatment-related death by day 28 from anakinra, high dose", "0 %"),
    ("Median time to resolution, high dose", "7 d"),
    ("Median time to resolution, low dose", "not reached"),
    ("Hazard ratio of resolution, high vs low dose", "2.19 (0.94-5.12), p = 0.069"),
    ("Hazard ratio of treatment-related death per 1 mg/kg/day, multivariable", "0.41 (0.17-0.96), p = 0.039"),
    ("Hazard ratio of resolution per 1 point of Karnofsky status, multivariable", "1.05 (1.01-1.09), p = 0.02"),
    ("Karnofsky status alone has p below 0.05 for resolution, multivariable", "yes"),
]


def test_the_report_of_what_leaves_prints_the_published_abstract(demo_folder: Path, tmp_path: Path):
    leaving = tmp_path / "AGREEMENT"
    leave(demo_folder, leaving, LeavingOrder("AGREEMENT", key=b"k" * 32))
    report = study_report(leaving, Plan())
    assert [(line["label"], line["found"]) for line in report["abstract"]] == PUBLISHED
    assert all(line["agrees"] for line in report["abstract"])
    assert json.dumps(report, allow_nan=False) == json.dumps(study_report(leaving, Plan()), allow_nan=False)
    page = standalone_html(report).replace("\u00a0", " ")
    for words in ("0.41 (0.17–0.96)", "46.7 % (20.1–69.6)", "33/43"):
        assert words in page
    _other_plans(leaving)


def _other_plans(leaving: Path) -> None:
    """Look at reports of other cohorts and rules: they are whole, and say whom they leave out."""
    icans = study_report(leaving, Plan(indications=("ICANS",)))
    assert icans["flow"]["analysed"] == 40
    assert {left["reason"]: left["patients"] for left in icans["flow"]["left"]}["INDICATION"] == 3
    assert not any(line["agrees"] for line in icans["abstract"] if line["label"] == "Patients")
    highest = study_report(leaving, Plan(dose_rule=DoseRule.HIGHEST.value))
    assert {group["key"]: group["n"] for group in highest["groups"]} == {"HIGH": 30, "LOW": 13, "ALL": 43}
    nobody = study_report(leaving, Plan(year_from=2030))
    assert (nobody["flow"]["entered"], nobody["flow"]["analysed"]) == (43, 0)
    assert standalone_html(nobody, "es")
