"""Days of CRS graded by what gives no grade: vasopressin as a second vasopressor, and fever that was not there."""

from __future__ import annotations

import datetime as dt

import pytest

from registry.checks import grades_crs  # noqa: F401
from tests.integration.checks.case_of import day
from tests.integration.checks.spec_of import is_found

pytestmark = pytest.mark.django_db
TWO = {"grade_reported": 4, "vasopressors": 1, "has_vasopressin": True, "oxygen": "LOW_FLOW"}


@pytest.mark.parametrize(
    ("sentence", "values", "found"),
    [
        ("one vasopressor with vasopressin, said to be 4", TWO, True),
        ("said to be 3", {**TWO, "grade_reported": 3}, False),
        ("two vasopressors", {**TWO, "vasopressors": 2}, False),
        ("no vasopressin", {**TWO, "has_vasopressin": False}, False),
        ("ventilated as well", {**TWO, "oxygen": "VENTILATION"}, False),
        ("ventilated for another reason", {**TWO, "oxygen": "VENTILATION", "has_other_oxygen_reason": True}, True),
        ("oxygen not known", {**TWO, "oxygen": None}, False),
        ("vasopressors not known", {**TWO, "vasopressors": None}, False),
        ("vasopressin not known", {**TWO, "has_vasopressin": None}, False),
        ("not graded", {**TWO, "grade_reported": None}, False),
    ],
)
def test_vasopressin_is_no_second_vasopressor(sev, sentence, values, found):
    assert is_found(sev, "GR05_VASO", ("crs_assessment", values)) == found, sentence


COOL = ("crs_assessment", {"assessed_on": day(4), "temp_max_c": "37.9", "grade_reported": 1, "had_antipyretic": False})


def cool(**values):
    return "crs_assessment", {**COOL[1], **values}


@pytest.mark.parametrize(
    ("sentence", "rows", "found"),
    [
        ("37.9 °C and nothing given", [COOL], True),
        ("38.0 °C", [cool(temp_max_c="38.0")], False),
        ("grade 0", [cool(grade_reported=0)], False),
        ("not graded", [cool(grade_reported=None)], False),
        ("temperature not known", [cool(temp_max_c=None)], False),
        ("an antipyretic on the day", [cool(had_antipyretic=True)], False),
        ("perhaps an antipyretic on the day", [cool(had_antipyretic=None)], False),
        ("an antipyretic the day before", [cool(assessed_on=day(3), grade_reported=0, had_antipyretic=True), COOL],
         False),
        ("an antipyretic the day after, entered first",
         [cool(assessed_on=day(5), grade_reported=0, had_antipyretic=True), COOL], True),
        ("tocilizumab before", [("toxicity_therapy", {"drug": "TOCILIZUMAB", "started_on": day(3)}), COOL], False),
        ("a corticosteroid on the day", [("toxicity_therapy", {"drug": "DEXAMETHASONE", "started_on": day(4)}), COOL],
         False),
        ("tocilizumab after", [("toxicity_therapy", {"drug": "TOCILIZUMAB", "started_on": day(5)}), COOL], True),
        ("levetiracetam before", [("toxicity_therapy", {"drug": "LEVETIRACETAM", "started_on": day(1)}), COOL], True),
        ("anakinra before", [("anakinra_course", {"started_on": day(2)}), COOL], False),
        ("anakinra after", [("anakinra_course", {"started_on": day(5)}), COOL], True),
        ("anakinra in the month, perhaps before",
         [("anakinra_course", {"started_on": dt.date(2021, 6, 1), "started_on_precision": "MONTH"}), COOL], False),
        ("anakinra on days not known", [("anakinra_course", {"started_on": None}), COOL], False),
        ("a dose of anakinra before the course is said to start",
         [("anakinra_course", {"started_on": day(5)}), ("anakinra_segment", {"segment_started_on": day(4)}), COOL],
         False),
    ],
)  # fmt: skip
def test_crs_needs_fever_until_a_treatment_hides_it(sev, sentence, rows, found):
    assert is_found(sev, "GR06_FEVER", *rows) == found, sentence
