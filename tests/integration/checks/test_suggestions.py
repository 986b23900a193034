"""Suggested values: taken over into the row, they settle the violation; where the record holds none, there is none."""

from __future__ import annotations

import datetime as dt

import pytest

from registry.checks.catalogue import load
from registry.checks.declared import check_named, edit_checks
from sites.context import acting_as_system
from tests.integration.checks.case_of import FEVER, ICE_5, INFUSED, Case, day

pytestmark = pytest.mark.django_db
load()
KINDS = {"CRS": "crs", "ICANS": "icans", "IECHS": "iechs"}
TWO = {"grade_reported": 4, "vasopressors": 1, "has_vasopressin": True, "oxygen": "LOW_FLOW"}
JULY = {"died_on": dt.date(2021, 7, 1), "died_on_precision": "MONTH"}


def graded(kind, *grades, first=3):
    """The days of an episode with the grades of the clinician."""
    return [
        (f"{kind}_assessment", {"assessed_on": day(first + at), "grade_reported": grade})
        for at, grade in enumerate(grades)
    ]


def peak(kind, *rows, max_grade=3, number=12):
    """An episode whose highest grade is said to be on a day after it."""
    dates = {"onset_on": day(2), "resolved_on": day(9), "max_grade_on": day(number)}
    return [(f"{kind}_episode", {**dates, "max_grade": max_grade}), *rows]


CASES = [
    ("GR01_CRS_COMP", [("crs_assessment", {**FEVER, "grade_reported": 2})], {"grade_reported": 1}),
    ("GR01_CRS_COMP_2", [("crs_assessment", {**FEVER, "grade_reported": 4})], {"grade_reported": 1}),
    ("GR02_ICANS_COMP", [("icans_assessment", {**ICE_5, "grade_reported": 1})], {"grade_reported": 2}),
    ("GR02_ICANS_COMP_2", [("icans_assessment", {**ICE_5, "grade_reported": 4})], {"grade_reported": 2}),
    ("GR05_VASO", [("crs_assessment", TWO)], {"grade_reported": 3}),
    ("LB05_CRP_UNIT", [("lab", {"analyte": "CRP", "value": 80, "unit": "mg/dL"})], {"unit": "mg/L"}),
    (
        "DT24_DEATH_LC",
        [("death", {"died_on": day(30)}), ("follow_up", {"last_contact_on": day(29)})],
        {"last_contact_on": day(30), "last_contact_on_precision": "DAY"},
    ),
    (
        "DT24_DEATH_LC",
        [("death", JULY), ("follow_up", {"last_contact_on": day(1)})],
        {"last_contact_on": dt.date(2021, 7, 1), "last_contact_on_precision": "MONTH"},
    ),
    *(
        (
            f"GR14_DEAD_UNRES_{name}",
            [("death", {"died_on": day(20)}), (f"{kind}_episode", {"resolved_on": day(20), "is_resolved": True})],
            {"is_resolved": False, "resolved_on": None},
        )
        for name, kind in KINDS.items()
    ),
    *(
        (
            f"GR11_MAX_{kind.upper()}",
            [(f"{kind}_episode", {"max_grade": 2}), *graded(kind, 2, 3, None, 3, 1)],
            {"max_grade": 3, "max_grade_on": day(4)},
        )
        for kind in ("crs", "icans")
    ),
    *(
        (f"DT18_PEAK_IN_{kind.upper()}", peak(kind, *graded(kind, 1, 3, 3)), {"max_grade_on": day(4)})
        for kind in ("crs", "icans")
    ),
]


def build(site, rows):
    case = Case(site)
    for topic, values in rows:
        case.add(topic, **values)
    return case


@pytest.mark.parametrize(("code", "rows", "values"), CASES, ids=[code for code, _rows, _values in CASES])
def test_a_suggestion_settles_the_violation(sev, code, rows, values):
    case, check = build(sev, rows), check_named(code)
    (found,) = case.hits(code)
    with acting_as_system("tests", reason="accept"):
        row = check.topic.model.objects.get(pk=found)
        assert check.suggest(row) == values
        check.topic.model.objects.filter(pk=found).update(**values)
    assert case.hits(code) == set()


@pytest.mark.parametrize(
    ("sentence", "code", "rows"),
    [
        (
            "anakinra started at a grade above that of every day",
            "GR11_MAX_CRS",
            [
                ("anakinra_course", {"started_on": day(3), "crs_grade_at_start": 4}),
                ("crs_episode", {"onset_on": day(1), "resolved_on": day(9), "is_resolved": True, "max_grade": 2}),
                *graded("crs", 3),
            ],
        ),
        ("no day has the highest grade", "DT18_PEAK_IN_CRS", peak("crs", *graded("crs", 1, 2))),
        ("it is reached outside the episode", "DT18_PEAK_IN_CRS", peak("crs", *graded("crs", 3, first=12))),
        ("the highest grade is not known", "DT18_PEAK_IN_CRS", peak("crs", *graded("crs", None), max_grade=None)),
    ],
)
def test_nothing_is_suggested_where_the_record_does_not_say(sev, sentence, code, rows):
    case, check = build(sev, rows), check_named(code)
    (found,) = case.hits(code)
    with acting_as_system("tests", reason="look"):
        assert check.suggest(check.topic.model.objects.get(pk=found)) == {}, sentence


def test_a_row_that_has_come_right_in_the_meantime_gets_no_suggestion(sev):
    case = build(sev, [("crs_episode", {"max_grade": 3}), *graded("crs", 3)])
    contact = case.add("follow_up", last_contact_on=INFUSED)
    ungraded = case.add("crs_assessment", assessed_on=day(9), grade_reported=2)
    with acting_as_system("tests", reason="look"):
        assert check_named("GR11_MAX_CRS").suggest(case.last["crs_episode"]) == {}
        assert check_named("DT24_DEATH_LC").suggest(contact) == {}
        assert check_named("GR01_CRS_COMP").suggest(ungraded) == {}


def test_every_suggestion_is_specified_and_fills_in_what_people_enter():
    suggesting = {check.code for check in edit_checks() if check.suggest}
    assert suggesting == {code for code, _rows, _values in CASES}
    for code, _rows, values in CASES:
        entered = {field.name for field in check_named(code).topic.entered_fields}
        assert {name.removesuffix("_precision") for name in values} <= entered
