"""Grade 0, not recorded inside an episode, outside of an episode: three things that must never look alike."""

from __future__ import annotations

import datetime as dt

import pytest

from registry.models import CrsAssessment, CrsEpisode
from registry.web.charts.grades import grade_days
from registry.web.charts.timeline import Origin, timeline_of
from tests.factories.one_course import changed, on, one_course


def lane(code: str, rows=None):
    drawn = timeline_of(rows or one_course(), Origin.INFUSION, [])
    return drawn, {mark.x: mark for mark in next(lane for lane in drawn.lanes if lane.code == code).marks}


def at(drawn, marks, day):
    return marks.get(drawn.axis.x(on(day)) + 1)


def episode(recorded: dict[int, int | None], **what) -> tuple[CrsEpisode, list[CrsAssessment]]:
    head = CrsEpisode(crs_no=1, **what)
    return head, [
        CrsAssessment(episode=head, assessed_on=on(day), grade_reported=grade) for day, grade in recorded.items()
    ]


def found(head, rows, seen_until: dt.date | None = None) -> dict[int, int | None]:
    days = grade_days([head], rows, seen_until)
    return {(day - on(0)).days: graded.grade for day, graded in days.items()}


def test_a_recorded_day_shows_its_digit_and_grade_zero_is_a_digit_too() -> None:
    drawn, marks = lane("crs")
    assert at(drawn, marks, 4).kind == "grade-3"
    assert at(drawn, marks, 4).labels[0].text == "3"
    assert at(drawn, marks, 7).kind == "grade-0"
    assert at(drawn, marks, 7).labels[0].text == "0"


def test_a_day_that_was_not_recorded_inside_an_episode_is_a_question_mark() -> None:
    drawn, marks = lane("icans")
    assert at(drawn, marks, 12).kind == "unknown"
    assert at(drawn, marks, 12).labels[0].text == "?"
    assert "not recorded" in at(drawn, marks, 12).title


def test_outside_of_an_episode_nothing_is_drawn() -> None:
    drawn, marks = lane("crs")
    assert [day for day in range(-6, 31) if at(drawn, marks, day)] == list(range(1, 9))


def test_where_both_grades_are_there_and_differ_the_clinicians_is_shown_and_marked() -> None:
    drawn, marks = lane("icans")
    assert [label.text for label in at(drawn, marks, 11).labels] == ["2", "≠"]
    assert "computed from the components: 3" in at(drawn, marks, 11).title


@pytest.mark.parametrize(
    ("recorded", "what", "until", "days"),
    [
        ({2: 1}, {"onset_on": on(1), "is_resolved": True, "resolved_on": on(4)}, None, {1: None, 2: 1, 3: None}),
        ({2: 1, 5: 0}, {"onset_on": on(2), "is_resolved": True, "resolved_on": on(4)}, None, {2: 1, 3: None, 5: 0}),
        ({2: 1, 4: 1}, {}, None, {2: 1, 3: None, 4: 1}),
        ({2: 1}, {"is_resolved": False}, on(4), {2: 1, 3: None, 4: None}),
        ({2: 1}, {"is_resolved": None}, on(4), {2: 1}),
        ({2: None}, {}, None, {2: None}),
        ({}, {"onset_on": on(3)}, None, {3: None}),
        ({}, {"onset_on": on(3), "onset_on_precision": "MONTH"}, None, {}),
        ({5: 2}, {"onset_on": on(3), "onset_on_precision": "YEAR"}, None, {5: 2}),
    ],
)
def test_an_episode_lasts_from_its_onset_to_the_day_before_its_resolution(recorded, what, until, days) -> None:
    assert found(*episode(recorded, **what), until) == days


def test_of_two_episodes_on_one_day_the_worse_is_shown() -> None:
    one, rows = episode({1: 1, 2: 1})
    two, more = episode({2: 3})
    days = grade_days([one, two], [*rows, *more], None)
    assert [graded.grade for graded in days.values()] == [1, 3]


def test_the_computed_grade_stands_where_the_clinician_gave_none() -> None:
    rows = one_course()
    rows.crs_days[3].grade_reported = None
    drawn, marks = lane("crs", rows)
    assert at(drawn, marks, 4).labels[0].text == "3"
    assert len(at(drawn, marks, 4).labels) == 1
    assert "computed" in at(drawn, marks, 4).title


def test_an_onset_known_to_the_month_is_listed_and_not_drawn() -> None:
    rows = one_course()
    rows.crs_episodes[0].onset_on, rows.crs_episodes[0].onset_on_precision = on(1).replace(day=1), "MONTH"
    drawn = timeline_of(rows, Origin.INFUSION, [])
    assert [(aside.words, aside.when) for aside in drawn.undrawn] == [("Onset of CRS", "2025-03")]


def test_every_mark_leads_to_the_row_that_it_was_drawn_from() -> None:
    rows = changed(one_course())
    drawn, marks = lane("crs", rows)
    assert at(drawn, marks, 4).url.endswith(f"#row-{rows.crs_days[3].pk}")
    assert at(*lane("icans", rows), 12).url.endswith(f"#row-{rows.icans_episodes[0].pk}")
    assert str(rows.course.patient_id) in at(drawn, marks, 4).url
