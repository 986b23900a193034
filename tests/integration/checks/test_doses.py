"""Doses of anakinra: each check with a hit, a miss, and a value that is missing."""

from __future__ import annotations

import datetime as dt

import pytest

from registry.checks import doses  # noqa: F401
from tests.integration.checks.case_of import INFUSED, day
from tests.integration.checks.spec_of import is_found

pytestmark = pytest.mark.django_db
ADULT = ("patient", {"age_at_infusion": 60})


def segment(dose=None, hours=None, route=None, **values):
    return ("anakinra_segment", {"dose_mg": dose, "interval_h": hours, "route": route, **values})


def days(number, first, last):
    """A segment by its first and last day from infusion."""
    return (
        "anakinra_segment",
        {
            "segment_no": number,
            "segment_started_on": day(first),
            "segment_ended_on": None if last is None else day(last),
        },
    )


def course(**values):
    return ("anakinra_course", {"started_on": INFUSED, **values})


def in_month(name, number):
    return {name: dt.date(2021, number, 1), f"{name}_precision": "MONTH"}


def weighed(kg):
    return course(weight_kg=kg)


@pytest.mark.parametrize(
    ("code", "sentence", "dose", "kg", "found"),
    [
        ("DO03_MAX_H", "48 mg/kg/day", 600, 50, False),
        ("DO03_MAX_H", "more than 48 mg/kg/day", 610, 50, True),
        ("DO03_MAX_H", "weight not known", 610, None, False),
        ("DO04_MAX_S", "12 mg/kg/day", 150, 50, False),
        ("DO04_MAX_S", "more than 12 mg/kg/day", 155, 50, True),
        ("DO04_MAX_S", "dose not known", None, 50, False),
    ],
)
def test_a_dose_per_kg_has_a_published_and_an_absolute_maximum(sev, code, sentence, dose, kg, found):
    assert is_found(sev, code, weighed(kg), segment(dose, 6)) == found, sentence


@pytest.mark.parametrize(
    ("sentence", "patient", "dose", "hours", "found"),
    [
        ("100 mg every other day", {"age_at_infusion": 60}, 100, 48, True),
        ("100 mg a day", {"age_at_infusion": 60}, 100, 24, False),
        ("50 mg a day to a child", {"age_at_infusion": 17}, 50, 24, False),
        ("50 mg a day at 18", {"age_at_infusion": 18}, 50, 24, True),
        ("surely of age by year of birth", {"birth_year": 2002}, 50, 24, True),
        ("18 in the year of infusion", {"birth_year": 2003}, 50, 24, False),
        ("age not known", {}, 50, 24, False),
        ("interval not known", {"age_at_infusion": 60}, 50, None, False),
    ],
)
def test_an_adult_below_100_mg_a_day_is_in_no_dose_class(sev, sentence, patient, dose, hours, found):
    assert is_found(sev, "DO05_MIN", ("patient", patient), segment(dose, hours)) == found, sentence


@pytest.mark.parametrize(
    ("sentence", "dose", "hours", "kg", "found"),
    [
        ("a syringe and a half", 150, 8, 73, False),
        ("28 mg too much for a syringe", 128, 24, 73, True),
        ("2 mg/kg, rounded to 5 mg", 145, 8, 73, False),
        ("10 mg/kg/day in four doses", "182.5", 6, 73, False),
        ("weight not known", 128, 24, None, False),
        ("dose not known", None, 24, 73, False),
    ],
)
def test_an_unusual_unit_dose_is_asked_about(sev, sentence, dose, hours, kg, found):
    assert is_found(sev, "DO06_VIAL", ADULT, weighed(kg), segment(dose, hours)) == found, sentence


def test_a_child_is_dosed_by_weight_and_may_have_any_unit_dose(sev):
    assert not is_found(sev, "DO06_VIAL", ("patient", {"age_at_infusion": 9}), weighed(73), segment(128, 24))


@pytest.mark.parametrize(
    ("code", "sentence", "dose", "hours", "route", "found"),
    [
        ("DO07_SC_HIGH", "200 mg in one injection", 200, 24, "SC", False),
        ("DO07_SC_HIGH", "more than 200 mg in one injection", 250, 24, "SC", True),
        ("DO07_SC_HIGH", "400 mg a day", 100, 6, "SC", False),
        ("DO07_SC_HIGH", "more than 400 mg a day", 150, 8, "SC", True),
        ("DO07_SC_HIGH", "into a vein", 250, 24, "IV", False),
        ("DO07_SC_HIGH", "route not known", 250, 24, None, False),
        ("DO08_CLASS", "200 mg a day", 100, 12, "SC", False),
        ("DO08_CLASS", "more than 200 mg a day", 100, 8, "SC", True),
        ("DO08_CLASS", "into a vein", 100, 8, "IV", False),
        ("DO08_CLASS", "route not known", 100, 8, None, False),
    ],
)
def test_much_under_the_skin_is_asked_about(sev, code, sentence, dose, hours, route, found):
    assert is_found(sev, code, segment(dose, hours, route)) == found, sentence


@pytest.mark.parametrize(
    ("sentence", "first", "second", "found"),
    [
        ("one after the other", (1, 3), (4, 6), False),
        ("both on the day of change", (1, 3), (3, 6), False),
        ("a first dose on the first day", (1, 1), (1, 6), False),
        ("one begins within the other", (1, 3), (2, 6), True),
        ("one day within the other", (1, 6), (3, 3), True),
        ("both from one day on", (1, 6), (1, 4), True),
        ("the last day of the first not known", (1, None), (3, 6), False),
        ("the last day of the second not known", (1, 6), (3, None), True),
    ],
)
def test_dose_segments_do_not_overlap(sev, sentence, first, second, found):
    assert is_found(sev, "DO09_SEG_GAP", days(1, *first), days(2, *second)) == found, sentence


def test_the_later_of_two_overlapping_segments_is_found_in_whatever_order_they_were_entered(sev):
    assert is_found(sev, "DO09_SEG_GAP", days(2, 1, 4), days(1, 3, 6))


def test_segments_of_two_courses_may_overlap(sev):
    other = ("anakinra_course", {"anakinra_no": 2})
    assert not is_found(sev, "DO09_SEG_GAP", days(1, 1, 5), other, days(1, 3, 6))


@pytest.mark.parametrize(
    ("sentence", "first", "second", "found"),
    [
        ("perhaps two days", (1, 3), (5, 6), False),
        ("more than two days", (1, 3), (6, 8), True),
        ("the last day of the first not known", (1, None), (6, 8), False),
    ],
)
def test_more_than_48_hours_between_segments_are_asked_about(sev, sentence, first, second, found):
    assert is_found(sev, "DO09_SEG_GAP_48", days(1, *first), days(2, *second)) == found, sentence


def test_a_long_segment_bridges_a_short_one(sev):
    assert not is_found(sev, "DO09_SEG_GAP_48", days(1, 1, 8), days(2, 1, 1), days(3, 8, 9))


@pytest.mark.parametrize(
    ("sentence", "values", "first", "last", "found"),
    [
        ("within the course", {"ended_on": day(7)}, 0, 7, False),
        ("a day early", {"started_on": day(1)}, 0, 7, True),
        ("a day longer", {"ended_on": day(7)}, 0, 8, True),
        ("begins after the course", {"ended_on": day(7)}, 8, None, True),
        ("ends in the month in which the course ends", in_month("ended_on", 6), 0, 20, False),
        ("ends in the month after", in_month("ended_on", 6), 0, 21, True),
        ("begins before the month in which the course starts", in_month("started_on", 7), 20, 30, True),
        ("the days of the course not known", {"started_on": None}, 0, 8, False),
    ],
)
def test_a_segment_lies_within_its_course(sev, sentence, values, first, last, found):
    assert is_found(sev, "DO10_SEG_BOUND", course(**values), days(1, first, last)) == found, sentence


@pytest.mark.parametrize(
    ("sentence", "clearance", "hours", "found"),
    [
        ("severe impairment, twice a day", 29, 12, True),
        ("severe impairment, once a day", 29, 24, False),
        ("moderate impairment", 30, 12, False),
        ("clearance not known", None, 12, False),
        ("interval not known", 29, None, False),
    ],
)
def test_short_intervals_with_failing_kidneys_are_asked_about(sev, sentence, clearance, hours, found):
    kidneys = ("infusion_course", {"creatinine_clearance_ml_min": clearance})
    assert is_found(sev, "DO11_RENAL", kidneys, segment(100, hours)) == found, sentence


@pytest.mark.parametrize(
    ("sentence", "reason", "events", "found"),
    [
        ("no event", "ADVERSE_EVENT", [], True),
        ("an event", "ADVERSE_EVENT", [("adverse_event", {})], False),
        ("stopped for something else", "RESOLVED", [], False),
        ("reason not known", None, [], False),
    ],
)
def test_a_stop_for_a_side_effect_names_it(sev, sentence, reason, events, found):
    assert is_found(sev, "DO12_INDIC", course(stop_reason=reason), *events) == found, sentence


@pytest.mark.parametrize(
    ("sentence", "values", "found"),
    [
        ("30 days", {"ended_on": day(30)}, False),
        ("31 days", {"ended_on": day(31)}, True),
        ("perhaps 30 days", in_month("ended_on", 7), False),
        ("at least 52 days", in_month("ended_on", 8), True),
        ("not stopped", {"ended_on": None}, False),
    ],
)
def test_a_course_of_more_than_30_days_is_asked_about(sev, sentence, values, found):
    assert is_found(sev, "DO13_DUR", course(**values)) == found, sentence
