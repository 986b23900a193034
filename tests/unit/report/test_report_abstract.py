"""The figures of the publication beside those of a report."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from exports.report.abstract import LINES, abstract
from exports.survival.cumulative_incidence import cumulative_incidence
from exports.survival.proportions import binomial
from tests.unit.report.vector_study import S04, vector_models, vector_study


def incidence(name: str, parameter: str, group: str | None, day: int) -> dict[str, Any]:
    rows = vector_study(S04).endpoint(parameter)
    groups = rows["GROUP"].to_list() if group else None
    curves = cumulative_incidence(rows["AVAL"].to_numpy(), rows["EVSTAT"].to_numpy(), group=groups)
    told = {}
    for key, curve in curves.items():
        at = curve.at(day)
        read = {"day": day, "est": at.est, "lower": at.ci_lower, "upper": at.ci_upper}
        told[key.upper()] = {"at": [read], "median": curve.time_to_half()}
    return {"id": name, "groups": told}


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    both = incidence("trm_infusion", "TRM60", None, 60)
    both["groups"]["ALL"]["at"] += incidence("trm_infusion", "TRM60", None, 28)["groups"]["ALL"]["at"]
    return {
        "flow": {"analysed": 43, "sites": [{"site": f"S{number}", "patients": 4} for number in range(9)]},
        "response": {"overall": {"ALL": {"est": binomial(33, 43).est}}},
        "safety": {"stopped_for_side_effect": {"ALL": {"est": 3 / 43}}},
        "incidence": [
            both,
            incidence("trm_start", "TRMA", "GROUP", 28),
            incidence("resolution", "RES", "GROUP", 28),
        ],
        "models": list(vector_models(S04).values()),
    }


def found(report: dict[str, Any]) -> dict[str, tuple[str, bool]]:
    return {line["id"]: (line["found"], line["agrees"]) for line in abstract(report)}


def test_every_figure_of_the_publication_is_found_in_the_cohort_made_for_it(report: dict[str, Any]) -> None:
    assert [line["id"] for line in abstract(report) if not line["agrees"]] == []
    assert len(LINES) == 14


def test_a_figure_that_differs_at_the_published_precision_does_not_agree(report: dict[str, Any]) -> None:
    other = deepcopy(report)
    other["incidence"][0]["groups"]["ALL"]["at"][1]["upper"] = 0.176
    other["flow"]["analysed"] = 42
    assert found(other)["trm_28"] == ("7 % (2-18)", False)
    assert found(other)["patients"] == ("42", False)


def test_what_the_report_does_not_hold_is_not_found() -> None:
    assert set(found({}).values()) == {("not in this report", False)}
    assert set(found({"flow": {"sites": None}, "models": [], "incidence": []}).values()) == {
        ("not in this report", False)
    }


def test_a_model_that_could_not_be_estimated_does_not_agree(report: dict[str, Any]) -> None:
    other = deepcopy(report)
    for told in other["models"]:
        told["terms"] = []
    assert found(other)["trm_dose"] == ("not estimable", False)
    assert found(other)["kps_alone"] == ("not estimable", False)
