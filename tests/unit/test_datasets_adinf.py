"""Infections: reporting periods and timing to anakinra, against the scalar rules of the registry."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.datasets.adinf import ADINF
from exports.datasets.infection_timing import NEAREST_FIRST
from registry.rules.infections import infection_window, relation_to_anakinra
from tests.unit.small_tables import assert_codes_are_declared, assert_declared_well, rows_of, small_tables

Row = dict[str, Any]
KEY = {"subject_key": "S1", "course_no": 1}
INFUSED = dt.date(2024, 1, 1)


def infection(number: int, day: int | None, **more: Any) -> Row:
    return {**KEY, "infection_no": number, "diagnosed_day": day, **more}


def course(first: int | None, last: int | None, number: int = 1, **more: Any) -> Row:
    precision = None if last is None else "DAY"
    return {
        **KEY,
        "anakinra_no": number,
        "started_day": first,
        "ended_day": last,
        "ended_day_precision": precision,
        **more,
    }


def adinf(infections: list[Row], *courses: Row) -> list[Row]:
    return rows_of(ADINF, small_tables(infection=infections, anakinra_course=list(courses)))


def on(day: int) -> dt.date:
    return INFUSED + dt.timedelta(days=day)


def test_it_is_declared_for_every_format():
    assert_declared_well(ADINF)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-20, 140), min_size=1, max_size=8))
def test_the_reporting_period_is_that_of_the_rule(days: list[int]):
    rows = adinf([infection(number, day) for number, day in enumerate([*days, -1, 0, 30, 31, 100, 101], 1)])
    assert [row["INFWIN"] for row in rows] == [infection_window(row["ASTDY"]).value for row in rows]


@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, 80),
    st.lists(st.tuples(st.integers(0, 30), st.none() | st.integers(0, 20)), min_size=1, max_size=3),
)
def test_of_several_courses_the_nearest_speaks_each_as_the_rule_says(day: int, spans: list[tuple[int, int | None]]):
    courses = [
        course(first, None if length is None else first + length, number)
        for number, (first, length) in enumerate(spans, 1)
    ]
    [row] = adinf([infection(1, day)], *courses)
    told = [
        relation_to_anakinra(on(day), on(first), None if length is None else on(first + length))
        for first, length in spans
    ]
    assert row["INFRELC"] == min(told, key=NEAREST_FIRST.index)


@pytest.mark.parametrize(
    ("one", "segments", "expected"),
    [
        (course(5, None, stop_reason="ONGOING", ended_day__mr="NA"), [], "ON"),
        (course(5, None, stop_reason="RESOLVED"), [], None),
        (course(5, None, stop_reason="RESOLVED"), [(5, 18)], "WITHIN_30_D_AFTER"),
        (course(5, None, ended_day_precision="MONTH"), [], None),
        (course(5, None, ended_day__mr="UNK"), [], None),
        (course(None, None), [(6, 25)], "ON"),
        (course(None, 30), [], None),
        (course(21, None, stop_reason="RESOLVED"), [], "BEFORE"),
    ],
)
def test_where_the_day_that_decides_is_not_known_nothing_is_said(
    one: Row, segments: list[tuple[int, int]], expected: str | None
):
    rows = [
        {**KEY, "anakinra_no": 1, "segment_no": 1, "segment_started_day": first, "segment_ended_day": last}
        for first, last in segments
    ]
    tables = small_tables(infection=[infection(1, 20)], anakinra_course=[one], anakinra_segment=rows)
    assert rows_of(ADINF, tables)[0]["INFRELC"] == expected


def test_an_unknown_course_does_not_unsay_an_infection_during_another():
    vague = course(25, None, 2, stop_reason="RESOLVED")
    [early, late] = adinf([infection(1, 10), infection(2, 40)], course(5, 12), vague)
    assert (early["INFRELC"], late["INFRELC"]) == ("ON", None)


def test_without_anakinra_or_a_day_there_is_no_timing_and_no_period():
    [row] = adinf([infection(1, 20)])
    assert (row["INFRELC"], row["ASTDYA"], row["INFWIN"]) == (None, None, "D0_30")
    [row] = adinf([infection(1, None, diagnosed_day__mr="UNK", relation="ON")], course(5, 12))
    assert (row["INFRELC"], row["INFWIN"], row["ASTDY__mr"], row["INFREL"]) == (None, None, "UNK", "ON")


@pytest.mark.parametrize(
    ("grade", "was_treated_iv", "expected"),
    [(3, 0, 1), (2, 1, 1), (2, 0, 0), (None, 1, 1), (5, None, 1), (2, None, None), (None, 0, None)],
)
def test_severe_or_treated_intravenously_is_known_once_nothing_missing_can_change_it(
    grade: int | None, was_treated_iv: int | None, expected: int | None
):
    [row] = adinf([infection(1, 20, grade=grade, was_treated_iv=was_treated_iv)])
    assert row["INFSEVFL"] == expected


def test_values_are_of_the_declared_kinds_and_the_source_row_is_named():
    whole = infection(
        3,
        20,
        infection_class="VIRAL",
        organism="CMV",
        viral_manifestation="DISEASE",
        infection_site="BLOOD",
        second_site="LUNG",
        is_confirmed=1,
        needed_icu=0,
        outcome="RESOLVED",
        diagnosed_day_precision="DAY",
    )
    frame = ADINF.rows(small_tables(infection=[whole, infection(1, 2, course_no=2)]), {})
    assert_codes_are_declared(ADINF, frame)
    assert frame["SRCKEY"].to_list() == ["course_no=1|infection_no=3"]
