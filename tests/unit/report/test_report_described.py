"""Table 1, safety and response, with counts and percentages worked out by hand."""

from __future__ import annotations

import pytest

from exports.report.plan import Plan
from exports.report.response import response
from exports.report.safety import safety
from exports.report.study import read_study
from exports.report.table_one import table_one
from tests.unit.report.small_release import people, person, small_release


def study_of(folder, plan=None):
    return read_study(folder, plan or Plan())


def rows_of(folder, plan=None):
    return {row["id"]: row for row in table_one(study_of(folder, plan))["rows"]}


def aged(*ages, low=()):
    adsl = people(len(ages), len(low))
    return [{**row, "AGE": age} for row, age in zip(adsl, (*ages, *low), strict=True)]


def test_numbers_are_summarised_by_group_with_what_is_missing(tmp_path):
    rows = rows_of(small_release(tmp_path, adsl=aged(50, 60, 70, None, low=(40, 50))))
    high = rows["AGE"]["cells"]["HIGH"]
    assert (high["n"], high["missing"], high["median"], high["q1"], high["q3"]) == (3, 1, 60.0, 55.0, 65.0)
    assert (high["min"], high["max"], high["mean"], high["sd"]) == (50.0, 70.0, 60.0, 10.0)
    assert rows["AGE"]["cells"]["ALL"]["n"] == 5
    # 60 less 45 over the root of (100 + 50) / 2.
    assert rows["AGE"]["smd"] == pytest.approx(15 / 75**0.5)
    assert rows["AGE"]["test"] == "Wilcoxon rank-sum test"
    assert rows["AGE"]["unit"] == "years"


def test_categories_are_counted_of_those_with_a_value(tmp_path):
    adsl = [*people(3, 2), person(5, SEX=None), person(6, SEX="MALE")]
    row = rows_of(small_release(tmp_path, adsl=adsl))["SEX"]
    assert [level["code"] for level in row["levels"]] == ["FEMALE", "MALE"]
    assert row["levels"][0]["cells"] == {
        "HIGH": {"count": 3, "of": 4}, "LOW": {"count": 2, "of": 2}, "ALL": {"count": 5, "of": 6},
    }  # fmt: skip
    assert row["missing"] == {"HIGH": 1, "LOW": 0, "ALL": 1}
    assert row["p"] == pytest.approx(1.0)


def test_grades_are_categories_from_low_to_high(tmp_path):
    row = rows_of(small_release(tmp_path, adsl=[*people(1, CRSMAX=4), person(1, CRSMAX=0)]))["CRSMAX"]
    assert [level["code"] for level in row["levels"]] == ["0", "4"]
    assert row["levels"][1]["label"] == {"words": "grade %(grade)s", "values": {"grade": "4"}}


def test_one_group_is_described_without_a_comparison(tmp_path):
    row = rows_of(small_release(tmp_path, adsl=aged(50, 60)))["AGE"]
    assert (row["smd"], row["test"], row["p"]) == (None, None, None)
    assert row["cells"]["LOW"]["n"] == 0


def test_another_dose_rule_has_rows_of_its_own(tmp_path):
    folder = small_release(tmp_path, adsl=people(2, 1))
    assert "DOSEMAX" not in rows_of(folder)
    rows = rows_of(folder, Plan(dose_rule="HIGHEST"))
    assert rows["DOSEMAX"]["cells"]["ALL"]["median"] == 300.0
    assert rows["DOSE_MGKG"]["cells"]["ALL"]["median"] == 4.0


def event(number, term, grade, related=1, seq=1):
    return {"USUBJID": f"K{number:04}", "AETERM": term, "AETOXGR": grade, "AERELFL": related, "AESEQ": seq, "ANANO": 1}


def test_side_effects_are_counted_in_people_and_in_events(tmp_path):
    adae = [event(0, "NEUTROPENIA", 3), event(0, "NEUTROPENIA", None, seq=2), event(1, "RASH", 1, related=0),
            event(4, "NEUTROPENIA", 4)]  # fmt: skip
    found = safety(study_of(small_release(tmp_path, adsl=people(4, 2), adae=adae)))
    share = found["side_effects"]["HIGH"]
    assert (share["count"], share["of"], share["est"]) == (1, 4, 0.25)
    # Clopper-Pearson of 1 in 4: the roots of (1 - p)^4 = 0.975 below, and of 0.025 above.
    assert share["lower"] == pytest.approx(1 - 0.975**0.25)
    assert share["upper"] == pytest.approx(0.8058796)
    assert [told["term"] for told in found["events"]] == ["NEUTROPENIA"]
    assert found["events"][0]["patients"] == {"HIGH": 1, "LOW": 1, "ALL": 2}
    assert found["events"][0]["events"] == {"HIGH": 2, "LOW": 1, "ALL": 3}
    assert found["events"][0]["by_grade"] == {"3": 1, "4": 1, "?": 1}
    assert found["infections"] is None


def test_why_anakinra_was_stopped(tmp_path):
    adsl = [*people(2), person(2, ANADISC="ADVERSE_EVENT", ANADISCAE=1), person(3, ANADISC=None, ANADISCAE=None)]
    found = safety(study_of(small_release(tmp_path, adsl=adsl)))
    stopped = found["stopped_for_side_effect"]["ALL"]
    assert (stopped["count"], stopped["of"], stopped["missing"]) == (1, 3, 1)
    assert {told["code"]: told["counts"]["ALL"] for told in found["stop_reasons"]} == {
        "RESOLVED": 2, "ADVERSE_EVENT": 1, "NOT_RECORDED": 1,
    }  # fmt: skip


def test_infections_count_from_the_start_of_anakinra(tmp_path):
    def infection(number, day, severe, relation=None, seq=1, kind="BACTERIAL"):
        return {"USUBJID": f"K{number:04}", "INFSEQ": seq, "ASTDYA": day, "INFSEVFL": severe, "INFREL": relation,
                "INFCLASS": kind}  # fmt: skip

    adinf = [
        infection(0, -1, 1),
        infection(1, 0, 1),
        infection(1, 9, 0, seq=2, kind="VIRAL"),
        infection(2, None, 1, relation="BEFORE"),
        infection(3, None, 0, relation="ON"),
    ]
    found = safety(study_of(small_release(tmp_path, adsl=people(3, 2), adinf=adinf)))["infections"]
    assert {key: share["count"] for key, share in found["patients"].items()} == {"HIGH": 1, "LOW": 1, "ALL": 2}
    assert found["severe"]["ALL"]["count"] == 1
    assert [(told["code"], told["counts"]["ALL"]) for told in found["by_class"]] == [("BACTERIAL", 2), ("VIRAL", 1)]


def test_response_of_those_who_are_evaluable(tmp_path):
    adsl = [*people(2), person(2, BESTRESP="PD", ORRFL=0), person(3, BESTRESP=None, ORRFL=0),
            person(4, BESTRESP="NE", ORRFL=None), person(5, DOSEGRP="LOW", BESTRESP="PR")]  # fmt: skip
    found = response(study_of(small_release(tmp_path, adsl=adsl)))
    assert {key: (share["count"], share["of"]) for key, share in found["overall"].items()} == {
        "HIGH": (2, 4), "LOW": (1, 1), "ALL": (3, 5),
    }  # fmt: skip
    assert found["not_evaluable"] == {"HIGH": 1, "LOW": 0, "ALL": 1}
    counts = {told["code"]: told["counts"]["ALL"] for told in found["levels"]}
    assert counts == {"CR": 2, "PR": 1, "PD": 1, "NOT_ASSESSED": 1}
    assert sum(counts.values()) == found["overall"]["ALL"]["of"]
    assert found["fisher_p"] == pytest.approx(1.0)
