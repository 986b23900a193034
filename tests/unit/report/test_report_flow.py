"""From the release to the analysis."""

from __future__ import annotations

from exports.report.flow import flow
from exports.report.plan import Plan
from exports.report.study import read_study
from tests.unit.report.small_release import people, person, small_release, timed


def flow_of(folder, plan=None):
    return flow(read_study(folder, plan or Plan()))


def test_each_rule_says_whom_it_leaves_out(tmp_path):
    adsl = [
        *people(3, 2),
        person(5, SAFFL=0),
        person(6, IDXRULE="ANY"),
        person(7, GRATSTRT=None),
        person(8, PROD="IDE"),
    ]
    found = flow_of(small_release(tmp_path, adsl=adsl), Plan(products=("AXI",)))
    assert (found["entered"], found["analysed"]) == (9, 5)
    left = {told["reason"]: told["patients"] for told in found["left"]}
    assert left == {"NO_ANAKINRA": 1, "NOT_REFRACTORY": 1, "NO_GRADE": 1, "GRADE_BELOW": 0, "PRODUCT": 1}
    assert found["frozen_excluded"] == [{"reason": "WITHDRAWN", "label": "Patient withdrew", "patients": 3}]


def test_who_is_in_no_group_is_listed_with_the_reason(tmp_path):
    adsl = [*people(2, 1), person(3, DOSEGRP="OTHER_SC_HIGH", ROUTE1="SC"), person(4, DOSEGRP=None, DOSE24=None)]
    classes = {told["code"]: told for told in flow_of(small_release(tmp_path, adsl=adsl))["classes"]}
    assert {code: told["patients"] for code, told in classes.items()} == {
        "HIGH": 2, "LOW": 1, "OTHER_SC_HIGH": 1, "UNKNOWN": 1,
    }  # fmt: skip
    why = "The study defines high doses as intravenous."
    assert classes["OTHER_SC_HIGH"]["listed"] == [
        {"subject": "K0003", "dose": 300.0, "route": "subcutaneous", "why": why}
    ]
    assert classes["UNKNOWN"]["listed"][0]["dose"] is None
    assert classes["HIGH"]["listed"] == []


def test_missing_covariates_sites_and_times_are_counted(tmp_path):
    adsl = [*people(2, KPS=None), person(2, SITEPSEUD="S02")]
    reason = {"EXCLRSN": "CLASS_UNKNOWN"}
    times = [*timed(adsl[:1], "TRM60", [(None, None)], **reason), *timed(adsl[1:], "TRM60", [(9, 1), (60, 0)])]
    found = flow_of(small_release(tmp_path, adsl=adsl, adtte=times))
    missing = {told["column"]: (told["n"], told["missing"]) for told in found["missing"]}
    assert (missing["KPS"], missing["AGE"]) == ((3, 2), (3, 0))
    assert found["sites"] == [{"site": "S01", "patients": 2}, {"site": "S02", "patients": 1}]
    assert found["without_time"] == [
        {
            "parameter": "TRM60",
            "label": "Treatment-related death from infusion",
            "reason": "CLASS_UNKNOWN",
            "words": "class of death unknown",
            "patients": 1,
        }
    ]


def test_follow_up_is_that_of_the_censored_not_of_the_dead(tmp_path):
    adsl = people(4)
    times = timed(adsl, "OS", [(10, 1), (100, 0), (200, 0), (300, 0)])
    found = flow_of(small_release(tmp_path, adsl=adsl, adtte=times))["follow_up"]
    assert (found["median"], found["n"], found["events"]) == (200.0, 4, 3)
