"""Doses by day: runs of equal days, one number each, bars on one scale, a question mark where a dose is missing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from registry.models import ToxicityTherapy
from registry.web.charts.anakinra import HEIGHT, anakinra_days
from registry.web.charts.doses import HEADROOM, DoseDay, runs
from registry.web.charts.drugs import dosing_days, tocilizumab_days
from registry.web.charts.steroids import steroid_days
from registry.web.charts.timeline import Origin, timeline_of
from tests.factories.one_course import changed, on, one_course


def drawn(rows=None):
    return timeline_of(rows or one_course(), Origin.INFUSION, [])


def lane(found, code):
    return next(lane for lane in found.lanes if lane.code == code)


def texts(found, code) -> list[str]:
    return [label.text for mark in lane(found, code).marks for label in mark.labels]


def test_days_of_one_dose_are_one_run_and_a_gap_parts_them() -> None:
    dose, other = DoseDay(Decimal(100), "/a"), DoseDay(Decimal(200), "/a")
    found = runs({on(3): dose, on(1): dose, on(2): dose, on(5): dose, on(6): other})
    assert [((run.first - on(0)).days, (run.last - on(0)).days) for run in found] == [(1, 3), (5, 5), (6, 6)]


def test_each_run_of_anakinra_is_a_bar_with_its_number_once() -> None:
    found = drawn()
    assert texts(found, "anakinra") == ["200", "600", "800", "400", "200", "100"]
    widths = [round(mark.width + 1) for mark in lane(found, "anakinra").marks]
    assert widths == [27, 81, 81, 27, 27, 27]


def test_bars_share_one_scale_and_leave_room_for_the_number() -> None:
    tall = {mark.labels[0].text: mark.height for mark in lane(drawn(), "anakinra").marks}
    assert tall["800"] == HEIGHT - HEADROOM
    assert tall["400"] == pytest.approx(tall["800"] / 2, abs=0.1)


def test_a_dose_that_goes_on_by_another_route_is_a_bar_of_its_own_without_the_number_again() -> None:
    rows = one_course()
    rows.segments[2].dose_mg, rows.segments[2].daily_mg, rows.segments[2].route = Decimal(100), Decimal(600), "SC"
    found = drawn(rows)
    assert len(lane(found, "anakinra").marks) == 6
    assert texts(found, "anakinra") == ["200", "600", "400", "200", "100"]


def test_the_title_says_the_dose_per_day_and_per_kilogram_and_the_route() -> None:
    title = lane(drawn(), "anakinra").marks[2].title
    assert "800 mg/day" in title
    assert "11.8 mg/kg/day" in title
    assert "intravenous" in title
    assert "days +10 to +12" in title


def test_a_day_inside_a_course_without_a_segment_is_a_question_mark() -> None:
    rows = changed(one_course())
    del rows.segments[1]
    found = drawn(rows)
    unknown = [mark for mark in lane(found, "anakinra").marks if mark.kind == "unknown"]
    assert [mark.labels[0].text for mark in unknown] == ["?"]
    assert unknown[0].x == found.axis.x(on(7)) + 0.5


def test_a_segment_without_an_end_goes_on_until_the_next_and_the_last_until_the_course_ends() -> None:
    rows = one_course()
    for row in rows.segments:
        row.segment_ended_on = None
    days = anakinra_days(drawn(rows).sheet)
    assert [int(days[on(day)].mg) for day in range(6, 16)] == [200, 600, 600, 600, 800, 800, 800, 400, 200, 100]


def test_on_the_day_of_a_change_the_later_segment_counts() -> None:
    rows = one_course()
    rows.segments[0].segment_ended_on = on(7)
    assert anakinra_days(drawn(rows).sheet)[on(7)].mg == 600


def test_steroids_of_one_day_are_summed_and_one_of_unknown_dose_makes_the_sum_unknown() -> None:
    rows = one_course()
    rows.therapies.append(
        ToxicityTherapy(course=rows.course, drug="PREDNISONE", started_on=on(5), dexeq_mg_per_day=Decimal(3))
    )
    rows.therapies.append(ToxicityTherapy(course=rows.course, drug="PREDNISONE", started_on=on(8)))
    days = steroid_days(drawn(rows).sheet)
    assert [days[on(day)].mg for day in (5, 6, 8)] == [43, 40, None]
    assert texts(drawn(rows), "steroid")[:4] == ["20", "43", "40", "188"]


@pytest.mark.parametrize(
    ("last", "hours", "days"),
    [
        (None, None, {0: 1}),
        (2, None, {0: 1, 1: 1, 2: 1}),
        (0, 8, {0: 3}),
        (1, 12, {0: 2, 1: 2}),
        (4, 48, {0: 1, 2: 1, 4: 1}),
    ],
)
def test_doses_fall_on_the_days_that_their_interval_gives(last, hours, days) -> None:
    given = dosing_days(on(0), None if last is None else on(last), hours and Decimal(hours))
    assert {(day - on(0)).days: times for day, times in given.items()} == days


def test_tocilizumab_is_in_mg_a_dose_whatever_unit_it_was_written_in() -> None:
    rows = one_course()
    rows.therapies[0].dose, rows.therapies[0].dose_unit = Decimal(8), "MG_PER_KG"
    assert tocilizumab_days(drawn(rows).sheet)[on(3)][0].mg == 544
    assert texts(drawn(rows), "tocilizumab") == ["544", "544"]


def test_other_drugs_are_bars_with_their_names_which_never_cover_each_other() -> None:
    rows = one_course()
    rows.therapies.extend(
        ToxicityTherapy(course=rows.course, drug=drug, started_on=on(5), ended_on=on(5))
        for drug in ("SILTUXIMAB", "RUXOLITINIB")
    )
    found = lane(drawn(rows), "drugs")
    assert [mark.labels[0].text for mark in found.marks] == ["Levetiracetam", "Siltuximab", "Ruxolitinib"]
    assert len({mark.y for mark in found.marks}) == 3


def test_a_course_without_any_segment_is_all_question_marks() -> None:
    found = lane(drawn(changed(one_course(), segments=[])), "anakinra")
    assert [(mark.kind, mark.labels[0].text) for mark in found.marks] == [("unknown", "?")]
