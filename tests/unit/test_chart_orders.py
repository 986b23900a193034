"""Impossible orders: each in one sentence, red in the chart; what might have been possible is left alone."""

from __future__ import annotations

import pytest

from registry.models import CareStay, Death, Relapse
from registry.web.charts.timeline import Origin, timeline_of
from tests.factories.one_course import changed, on, one_course


def drawn(rows, origin=Origin.INFUSION):
    return timeline_of(rows, origin, [])


def sentences(rows) -> list[str]:
    return [fault.sentence for fault in drawn(rows).faults]


def wrong(rows) -> set[str]:
    return {lane.code for lane in drawn(rows).lanes if any(mark.is_wrong for mark in lane.marks)}


def died(rows, day, precision="DAY"):
    death = Death(patient=rows.course.patient, died_on=on(day), died_on_precision=precision)
    return changed(rows, deaths=[death], follow_ups=[])


def test_a_course_in_order_has_no_fault_and_nothing_red() -> None:
    assert sentences(one_course()) == []
    assert wrong(one_course()) == set()


def test_lymphodepletion_that_goes_on_after_the_infusion_is_impossible() -> None:
    rows = changed(one_course(), course__ld_ended_on=on(2))
    assert sentences(rows) == ["Lymphodepletion goes on until day +2, but the infusion is on day 0."]
    assert wrong(rows) == {"depletion"}


def test_toxicity_before_the_infusion_is_impossible_and_only_those_days_are_red() -> None:
    rows = one_course()
    rows.crs_episodes[0].onset_on = on(-2)
    assert sentences(rows) == ["CRS begins before the infusion (day −2)."]
    found = drawn(rows)
    marks = next(lane for lane in found.lanes if lane.code == "crs").marks
    assert [mark.x for mark in marks if mark.is_wrong] == [found.axis.x(on(day)) + 1 for day in (-2, -1)]


def test_resolution_before_the_onset_is_impossible() -> None:
    rows = one_course()
    rows.icans_episodes[0].resolved_on = on(2)
    assert sentences(rows) == ["ICANS is resolved (day +2) before its onset (day +4)."]
    assert wrong(rows) == {"icans", "outcomes"}


@pytest.mark.parametrize(("intent", "count"), [("REFRACTORY_CRS", 1), (None, 1), ("PROPHYLAXIS", 0)])
def test_anakinra_before_the_infusion_is_impossible_but_as_prophylaxis(intent, count) -> None:
    rows = one_course()
    rows.anakinra_courses[0].intent = intent
    rows.anakinra_courses[0].started_on = rows.segments[0].segment_started_on = on(-1)
    assert len(sentences(rows)) == count
    assert ("anakinra" in wrong(rows)) == bool(count)


def test_a_segment_outside_its_course_is_impossible() -> None:
    rows = one_course()
    rows.anakinra_courses[0].ended_on = on(14)
    assert sentences(rows) == ["Dose segment 6 (day +15) is outside anakinra course 1."]
    assert wrong(rows) == {"anakinra"}


def test_what_is_recorded_after_the_death_is_said_once_a_kind() -> None:
    rows = died(one_course(), 20)
    rows = changed(rows, relapses=[Relapse(course=rows.course, kind="RELAPSE", relapsed_on=on(25))])
    assert sentences(rows) == [
        "Toxicity therapy after the death on day +20: one record (day +30).",
        "Laboratory result after the death on day +20: 2 records (the first on day +21).",
        "Response after the death on day +20: one record (day +28).",
        "Relapse or progression after the death on day +20: one record (day +25).",
    ]
    assert wrong(rows) == {"drugs", "outcomes"}


def test_a_death_known_to_the_month_is_compared_with_the_whole_month() -> None:
    assert sentences(died(one_course(), -10, "MONTH")) == [
        "Toxicity therapy after the death on 2025-03: one record (day +30).",
        "Laboratory result after the death on 2025-03: 2 records (the first on day +21).",
        "Response after the death on 2025-03: one record (day +28).",
    ]


def test_an_onset_in_the_month_of_the_infusion_may_have_been_after_it() -> None:
    rows = one_course()
    rows.crs_episodes[0].onset_on, rows.crs_episodes[0].onset_on_precision = on(0).replace(day=1), "MONTH"
    assert sentences(rows) == []


def test_every_fault_leads_to_where_it_is_put_right() -> None:
    rows = one_course()
    rows.crs_episodes[0].onset_on = on(-2)
    assert drawn(rows).faults[0].url.endswith(f"#row-{rows.crs_episodes[0].pk}")


def test_days_in_sentences_are_counted_as_the_axis_counts_them() -> None:
    rows = one_course()
    rows.crs_episodes[0].onset_on = on(-2)
    assert drawn(rows, Origin.ANAKINRA).faults[0].sentence == "CRS begins before the infusion (day −8)."


def test_a_stay_without_an_end_is_dashed_and_no_fault() -> None:
    rows = one_course()
    rows = changed(rows, stays=[CareStay(course=rows.course, kind="ICU", began_on=on(4))])
    marks = next(lane for lane in drawn(rows).lanes if lane.code == "care").marks
    assert [mark.kind for mark in marks] == ["open"]
    assert sentences(rows) == []
