"""Adverse events: what of them is derived, against the scalar rules of the registry."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from exports.datasets.adae import ADAE
from registry.rules.adverse import AeAction, Relation, is_side_effect
from tests.unit.small_tables import assert_codes_are_declared, assert_declared_well, rows_of, small_tables

Row = dict[str, Any]
COURSE = {"subject_key": "S1", "course_no": 1, "anakinra_no": 1}


def event(number: int, began: int | None, **more: Any) -> Row:
    return {**COURSE, "ae_no": number, "term": "RASH", "began_day": began, **more}


def adae(*events: Row, courses: list[Row] | None = None) -> list[Row]:
    own = courses or [{**COURSE, "started_day": 5}]
    return rows_of(ADAE, small_tables(adverse_event=list(events), anakinra_course=own))


def test_it_is_declared_for_every_format():
    assert_declared_well(ADAE)


def test_an_event_from_the_first_day_of_its_course_on_is_treatment_emergent():
    rows = adae(event(1, 4), event(2, 5), event(3, 30), event(4, None, began_day_precision="MONTH"))
    assert [(row["TRTEMFL"], row["ASTDYA"], row["ASTDYPR"]) for row in rows] == [
        (0, -1, None),
        (1, 0, None),
        (1, 25, None),
        (None, None, "MONTH"),
    ]


def test_the_first_segment_tells_the_start_of_a_course_that_has_none():
    segment = {**COURSE, "segment_no": 1, "segment_started_day": 6, "segment_ended_day": 9}
    tables = small_tables(adverse_event=[event(1, 6)], anakinra_course=[COURSE], anakinra_segment=[segment])
    [row] = rows_of(ADAE, tables)
    assert (row["TRTEMFL"], row["ASTDYA"]) == (1, 0)


def test_days_from_anakinra_count_from_the_index_course_but_emergence_from_the_course_of_the_event():
    courses = [
        {**COURSE, "started_day": 1, "intent": "PROPHYLAXIS"},
        {**COURSE, "anakinra_no": 2, "started_day": 9, "intent": "REFRACTORY_CRS"},
    ]
    [row] = adae(event(1, 3), courses=courses)
    assert (row["TRTEMFL"], row["ASTDYA"]) == (1, -6)


def test_what_stopped_anakinra_for_good_is_told_and_unknown_where_the_action_is():
    actions = [*(action.value for action in AeAction), None]
    rows = adae(*(event(number, 6, action=action) for number, action in enumerate(actions, 1)))
    assert {row["AEACN"]: row["AEDISFL"] for row in rows} == {
        "NONE": 0,
        "DOSE_REDUCED": 0,
        "INTERRUPTED": 0,
        "STOPPED": 1,
        None: None,
    }


def test_a_duration_counts_first_and_last_day_and_reasons_come_along():
    rows = adae(event(1, 6, ended_day=6), event(2, 6, ended_day=9, grade__mr="ND"), event(3, None, ended_day=9))
    assert [row["ADURN"] for row in rows] == [1, 4, None]
    assert rows[1]["AETOXGR__mr"] == "ND"
    assert rows[1]["SRCKEY"] == "course_no=1|anakinra_no=1|ae_no=2"


@settings(max_examples=50, deadline=None)
@given(st.lists(st.none() | st.sampled_from([*Relation]), min_size=1, max_size=5))
def test_a_side_effect_is_what_the_rule_says(relations: list[Relation | None]):
    rows = adae(*(event(n, 6, relation=None if r is None else r.value) for n, r in enumerate(relations, 1)))
    for row, relation in zip(rows, relations, strict=True):
        expected = is_side_effect(relation)
        assert row["AERELFL"] == (None if expected is None else int(expected))


def test_values_are_of_the_declared_kinds_and_events_of_a_later_car_t_course_are_left_out():
    tables = small_tables(
        adverse_event=[event(1, 6, is_serious=1, outcome="FATAL", grade=5), event(1, 6, course_no=2)],
        anakinra_course=[{**COURSE, "started_day": 5}, {**COURSE, "course_no": 2}],
    )
    frame = ADAE.rows(tables, {})
    assert_codes_are_declared(ADAE, frame)
    assert frame["AESEQ"].to_list() == [1]
