"""Grades of episodes against the death, the days, the start of anakinra and the resolution."""

from __future__ import annotations

import datetime as dt

import pytest

from registry.checks import grades_episode  # noqa: F401
from tests.integration.checks.case_of import day
from tests.integration.checks.spec_of import is_found

pytestmark = pytest.mark.django_db
TOPICS = {"CRS": "crs_episode", "ICANS": "icans_episode", "IECHS": "iechs_episode"}
CAUSES = {"CRS": "CRS", "ICANS": "ICANS", "IECHS": "IEC_HS"}
DAILY = {"CRS": "crs", "ICANS": "icans"}


@pytest.mark.parametrize("kind", TOPICS)
@pytest.mark.parametrize(
    ("sentence", "grade", "status", "cause", "found"),
    [
        ("a death of it", 5, "DEAD", "own", False),
        ("alive", 5, "ALIVE", None, True),
        ("lost", 5, "LOST", None, True),
        ("a death of another cause", 5, "DEAD", "MALIGNANCY", True),
        ("a death of unknown cause", 5, "DEAD", "UNKNOWN", True),
        ("cause not recorded", 5, "DEAD", None, False),
        ("nothing known of the end", 5, None, None, False),
        ("grade 4, alive", 4, "ALIVE", None, False),
        ("grade not known, alive", None, "ALIVE", None, False),
    ],
)
def test_grade_5_needs_a_death_of_the_toxicity(sev, kind, sentence, grade, status, cause, found):
    rows = [(TOPICS[kind], {"max_grade": grade}), ("follow_up", {"vital_status": status})]
    if status == "DEAD":
        rows.append(("death", {"cause": CAUSES[kind] if cause == "own" else cause}))
    assert is_found(sev, f"GR09_G5_{kind}", *rows) == found, sentence


@pytest.mark.parametrize(
    ("sentence", "intent", "crs", "icans", "found"),
    [
        ("refractory CRS of grade 1", "REFRACTORY_CRS", 1, 0, True),
        ("refractory CRS of grade 2", "REFRACTORY_CRS", 2, 0, False),
        ("refractory CRS not graded", "REFRACTORY_CRS", None, 0, False),
        ("refractory ICANS of grade 1", "REFRACTORY_ICANS", 3, 1, True),
        ("refractory ICANS of grade 2", "REFRACTORY_ICANS", 0, 2, False),
        ("both of grade 1", "BOTH", 1, 1, True),
        ("both, one of grade 2", "BOTH", 1, 2, False),
        ("both, one not graded", "BOTH", 1, None, False),
        ("prophylaxis", "PROPHYLAXIS", 0, 0, False),
        ("intent not known", None, 0, 0, False),
    ],
)
def test_a_refractory_toxicity_has_grade_2_at_the_start_of_anakinra(sev, sentence, intent, crs, icans, found):
    values = {"intent": intent, "crs_grade_at_start": crs, "icans_grade_at_start": icans}
    assert is_found(sev, "GR10_START_GE2", ("anakinra_course", values)) == found, sentence


def episode(kind, **values):
    return TOPICS[kind], {"onset_on": day(2), "is_resolved": True, "resolved_on": day(9), **values}


def graded(kind, reported, number=4):
    return f"{DAILY[kind]}_assessment", {"assessed_on": day(number), "grade_reported": reported}


@pytest.mark.parametrize("kind", DAILY)
@pytest.mark.parametrize(
    ("sentence", "grade", "days", "found"),
    [
        ("a day of a higher grade", 2, [1, 3], True),
        ("no day of a higher grade", 3, [1, 3], False),
        ("days not graded", 2, [None], False),
        ("no days", 2, [], False),
        ("highest grade not known", None, [3], False),
    ],
)
def test_no_day_has_a_grade_above_the_highest(sev, kind, sentence, grade, days, found):
    rows = [episode(kind, max_grade=grade), *(graded(kind, value, 3 + at) for at, value in enumerate(days))]
    assert is_found(sev, f"GR11_MAX_{kind}", *rows) == found, sentence


@pytest.mark.parametrize("kind", DAILY)
@pytest.mark.parametrize(
    ("sentence", "values", "start", "grade", "found"),
    [
        ("higher at the start, within the episode", {}, day(5), 3, True),
        ("on the day of onset", {}, day(2), 3, True),
        ("on the day of resolution", {}, day(9), 3, True),
        ("before the episode", {}, day(1), 3, False),
        ("after the episode", {}, day(10), 3, False),
        ("not resolved", {"is_resolved": False, "resolved_on": None}, day(30), 3, True),
        ("resolved on a day not known", {"resolved_on": None}, day(5), 3, False),
        ("onset not known", {"onset_on": None}, day(5), 3, False),
        ("as high at the start", {}, day(5), 2, False),
        ("not graded at the start", {}, day(5), None, False),
        ("start not known", {}, None, 3, False),
    ],
)
def test_the_grade_at_the_start_of_anakinra_is_not_above_the_highest(sev, kind, sentence, values, start, grade, found):
    course = ("anakinra_course", {"started_on": start, f"{DAILY[kind]}_grade_at_start": grade})
    rows = course, episode(kind, max_grade=2, **values)
    assert is_found(sev, f"GR11_MAX_{kind}", *rows) == found, sentence


@pytest.mark.parametrize("kind", DAILY)
@pytest.mark.parametrize(
    ("sentence", "resolved", "days", "found"),
    [
        ("the last day has grade 1", True, [2, 1], True),
        ("the last day has grade 0", True, [2, 0], False),
        ("only an earlier day has a grade", True, [3, 1, 0], False),
        ("the last day is not graded", True, [2, None], False),
        ("no days", True, [], False),
        ("not resolved", False, [2, 1], False),
        ("not known whether resolved", None, [2, 1], False),
    ],
)
def test_a_resolved_episode_ends_with_grade_0(sev, kind, sentence, resolved, days, found):
    head = (TOPICS[kind], {"is_resolved": resolved})
    rows = [head, *(graded(kind, value, 3 + at) for at, value in enumerate(days))]
    assert is_found(sev, f"GR13_RES_STATE_{kind}", *rows) == found, sentence


def test_the_computed_grade_stands_in_for_the_clinicians(sev):
    fever = {
        "assessed_on": day(4), "temp_max_c": "39.0", "has_other_fever_cause": False, "has_hypotension": False,
        "vasopressors": 0, "has_vasopressin": False, "oxygen": "ROOM_AIR", "has_other_oxygen_reason": False,
    }  # fmt: skip
    assert is_found(sev, "GR13_RES_STATE_CRS", ("crs_episode", {"is_resolved": True}), ("crs_assessment", fever))


@pytest.mark.parametrize("kind", TOPICS)
@pytest.mark.parametrize(
    ("sentence", "values", "death", "found"),
    [
        ("on the day of death", {}, {"died_on": day(9)}, True),
        ("before the death", {}, {"died_on": day(10)}, False),
        ("death not dated", {}, {"died_on": None}, False),
        ("resolution not dated", {"resolved_on": None}, {"died_on": day(9)}, False),
        ("in the month of death",
         {"resolved_on": dt.date(2021, 7, 1), "resolved_on_precision": "MONTH"},
         {"died_on": dt.date(2021, 7, 1), "died_on_precision": "MONTH"}, False),
    ],
)  # fmt: skip
def test_death_is_no_resolution(sev, kind, sentence, values, death, found):
    assert is_found(sev, f"GR14_DEAD_UNRES_{kind}", ("death", death), episode(kind, **values)) == found, sentence
