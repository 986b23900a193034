"""Incidence and survival by group, the course of each case, and the dose day by day."""

from __future__ import annotations

import pytest

from exports.report.cases import cases
from exports.report.dose import dose
from exports.report.incidence import incidence
from exports.report.plan import Plan
from exports.report.study import read_study
from exports.report.survival_times import survival_times
from tests.unit.report.small_release import people, person, small_release, timed


def study_of(folder):
    return read_study(folder, Plan())


def endpoint_of(folder, name="resolution"):
    return next(told for told in incidence(study_of(folder)) if told["id"] == name)


def test_incidence_is_read_at_its_days_and_starts_at_day_0(tmp_path):
    adsl = people(4)
    times = timed(adsl, "RES", [(3, 1), (7, 1), (7, 2), (20, 0)])
    found = endpoint_of(small_release(tmp_path, adsl=adsl, adtte=times))
    high = found["groups"]["HIGH"]
    assert (high["n"], high["n_events"], high["last"]) == (4, {"1": 2, "2": 1}, 20.0)
    day7, day14, day28 = high["at"]
    assert (day7["day"], day7["est"], day7["events"], day7["at_risk"]) == (7, 0.5, 2, 3)
    assert (day14["est"], day14["at_risk"]) == (0.5, 1)
    # Nobody was followed to day 28.
    assert (day28["est"], day28["lower"], day28["at_risk"]) == (None, None, 0)
    assert high["competing_at"][0]["est"] == 0.25
    assert (high["curve"]["time"], high["curve"]["est"]) == ([0.0, 3.0, 7.0], [0.0, 0.25, 0.5])
    assert (high["curve"]["events"], high["curve"]["at_risk"]) == ([0, 1, 2], [4, 4, 3])
    assert high["median"] == 7.0
    assert high["at_risk"][1] == {"day": 7, "n": 3}


def test_one_group_has_no_test_and_the_other_no_curve(tmp_path):
    adsl = people(3)
    found = endpoint_of(small_release(tmp_path, adsl=adsl, adtte=timed(adsl, "RES", [(3, 1), (7, 1), (9, 0)])))
    assert found["groups"]["LOW"] is None
    assert (found["gray"], found["gray_error"]) == (None, "Everybody who is analysed is in one group.")


def test_both_groups_are_compared_cause_by_cause(tmp_path):
    adsl = people(6, 6)
    outcomes = [(2, 1), (3, 1), (9, 0)] * 2 + [(4, 2), (6, 1), (9, 0)] * 2
    found = endpoint_of(small_release(tmp_path, adsl=adsl, adtte=timed(adsl, "RES", outcomes)))
    assert set(found["gray"]) == {"1", "2"}
    assert found["gray"]["1"]["df"] == 1
    assert 0 < found["gray"]["1"]["p"] < 1


def test_an_endpoint_that_nobody_has_says_so(tmp_path):
    adsl = people(2, 1)
    folder = small_release(tmp_path, adsl=adsl, adtte=timed(adsl, "OS", [(9, 1)] * 3))
    found = endpoint_of(folder, "trm_infusion")
    assert found["groups"] == {"HIGH": None, "LOW": None, "ALL": None}
    assert found["note"] == "Nobody has a time for this endpoint."
    assert found["gray"] is None


def test_times_that_left_coarse_are_said_to_be(tmp_path):
    adsl = people(2)
    times = timed(adsl, "TRM60", [(7, 1), (56, 0)])
    fine = endpoint_of(small_release(tmp_path, adsl=adsl, adtte=times), "trm_infusion")
    assert str(fine["note"]).startswith("Counted from infusion")
    coarse = endpoint_of(
        small_release(tmp_path, coarse={"AVAL": "whole weeks"}, adsl=adsl, adtte=times), "trm_infusion"
    )
    assert coarse["note"]["values"] == {"how": "whole weeks"}


def test_survival_before_anybody_left_has_no_interval(tmp_path):
    adsl = people(2, 2)
    times = timed(adsl, "OS", [(50, 1), (400, 0), (100, 1), (400, 0)])
    overall = survival_times(study_of(small_release(tmp_path, adsl=adsl, adtte=times)))[0]
    day30, day90 = overall["groups"]["ALL"]["at"][:2]
    assert (day30["surv"], day30["lower"], day30["upper"], day30["at_risk"]) == (1.0, None, None, 4)
    assert (day90["surv"], day90["at_risk"], day90["events"]) == (0.75, 3, 1)
    assert day90["lower"] == pytest.approx(0.1279, abs=1e-4)
    assert overall["groups"]["ALL"]["curve"]["est"] == [1.0, 0.75, 0.5]
    assert overall["log_rank"]["df"] == 1


def daily(column, days):
    return [{"USUBJID": "K0000", "ADY": day, column: grade} for day, grade in days.items()]


def test_a_case_is_one_row_of_its_course(tmp_path):
    adsl = [person(0, DTHFL=1, TRMFL=1, FUPDAYS=30), person(1)]
    times = [*timed(adsl, "RES", [(9, 1), (4, 0)]), *timed(adsl, "REL", [(25, 1), (90, 0)])]
    times = [{**row, "ADY": row["AVAL"] + 5 * (row["PARAMCD"] == "RES")} for row in times]
    doses = {5: 300.0, 6: 300.0, 7: 100.0, 9: 100.0}
    adtox = daily("CRSGR", {3: 1, 4: 2, 6: 1, 7: 0, 10: 0})
    folder = small_release(tmp_path, adsl=adsl, adtte=times, adtox=adtox, addose=daily("DOSE", doses))
    first, second = cases(study_of(folder))["swimmer"]
    assert (first["subject"], first["site"], first["group"], first["dose"]) == ("K0000", "S01", "HIGH", 4.0)
    assert (first["entry"], first["end"], first["died"], first["trm"]) == (5, 30, True, True)
    assert (first["resolved"], first["relapse"]) == (14, 25)
    assert first["crs"] == [[3, 1], [4, 2], [5, None], [6, 1], [7, 0], [10, 0]]
    assert first["anakinra"] == [[5, 6, 300.0], [7, 7, 100.0], [9, 9, 100.0]]
    assert (second["resolved"], second["crs"], second["anakinra"]) == (None, [], [])


def test_an_assumed_end_of_anakinra_is_not_told_as_a_day(tmp_path):
    addose = [{"USUBJID": "K0000", "ADY": 5, "DOSE": 300.0, "SEGENDFL": 1}]
    folder = small_release(tmp_path, adsl=people(1), adtox=[], addose=addose)
    assert cases(study_of(folder))["swimmer"][0]["anakinra"] == [[5, None, 300.0]]


def test_the_dose_of_each_day_is_of_those_still_treated(tmp_path):
    def given(number, day, mg):
        return {"USUBJID": f"K{number:04}", "ADY": day + 5, "ADYA": day, "DOSE": mg}

    addose = [given(0, 0, 300.0), given(1, 0, 400.0), given(2, 0, 100.0), given(0, 1, 300.0), given(1, 1, 0.0),
              given(0, -2, 50.0), given(0, 40, 100.0)]  # fmt: skip
    found = dose(study_of(small_release(tmp_path, adsl=people(2, 1), addose=addose)))
    assert [row["day"] for row in found["daily"]] == [0, 1]
    assert found["daily"][0]["HIGH"] == {"n": 2, "median": 350.0, "q1": 325.0, "q3": 375.0}
    assert found["daily"][1] == {
        "day": 1, "HIGH": {"n": 1, "median": 300.0, "q1": 300.0, "q3": 300.0}, "LOW": None,
        "ALL": {"n": 1, "median": 300.0, "q1": 300.0, "q3": 300.0},
    }  # fmt: skip
    assert found["cases"][0] == {"subject": "K0000", "group": "HIGH", "points": [[0, 300.0], [1, 300.0], [40, 100.0]]}
