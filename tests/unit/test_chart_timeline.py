"""The timeline put together: order of lanes, outcomes at the edges, the four facts, what stands beside, the table."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from itertools import combinations

import pytest
from django.utils import translation

from registry.models import Death, FollowUp, IecHsEpisode, Relapse, ResponseAssessment
from registry.rules.labs import Analyte
from registry.web.charts.table import table_lines, timeline_file
from registry.web.charts.timeline import Origin, timeline_of
from tests.factories.one_course import changed, on, one_course

LABS = [Analyte.FERRITIN, Analyte.CRP]


def drawn(rows=None, origin=Origin.INFUSION):
    return timeline_of(rows or one_course(), origin, LABS)


def lane(found, code):
    return next(lane for lane in found.lanes if lane.code == code)


def test_lanes_stand_in_reading_order_and_do_not_overlap() -> None:
    lanes = drawn().lanes
    assert [lane.code for lane in lanes] == [
        "care", "crs", "icans", "ice-total", "depletion", "tocilizumab", "drugs", "steroid", "anakinra",
        "lab-FERRITIN", "lab-CRP", "outcomes",
    ]  # fmt: skip
    assert all(one.top + one.height < two.top for one, two in zip(lanes, lanes[1:], strict=False))


def test_four_facts_answer_most_questions() -> None:
    assert [f"{fact.strong} {fact.rest}" for fact in drawn().facts] == [
        "Peak CRS grade 3 (ASTCT) on day +4, resolved day +7",
        "Peak ICANS grade 4 (ASTCT) on day +8, resolved day +14",
        "Anakinra days +6 to +15, peak 800 mg/day (11.8 mg/kg/day), dose class: 100 to 200 mg/day",
        "Peak ferritin 14\u202f800 ng/mL on day +6, 480 before LD",
    ]


def test_facts_tell_none_occurred_from_nothing_recorded() -> None:
    bare = changed(one_course(), crs_episodes=[], crs_days=[], anakinra_courses=[], segments=[], labs=[])
    assert [fact.strong for fact in drawn(bare).facts][::2] == ["No CRS recorded", "No anakinra recorded"]
    said = changed(bare, none=frozenset({"crs_episode", "anakinra_course"}))
    assert [fact.strong for fact in drawn(said).facts][::2] == ["No CRS occurred", "No anakinra was given"]


def test_an_episode_that_was_not_resolved_says_so() -> None:
    rows = one_course()
    rows.icans_episodes[0].is_resolved, rows.icans_episodes[0].resolved_on = False, None
    assert drawn(rows).facts[1].rest.endswith("not resolved")


def test_words_of_outcomes_stay_on_the_sheet_and_never_cover_each_other() -> None:
    rows = one_course()
    rows = changed(
        rows,
        deaths=[Death(patient=rows.course.patient, died_on=on(30), cause="CRS")],
        responses=[
            ResponseAssessment(course=rows.course, response="CMR", assessed_on=on(day)) for day in (27, 28, 29, 30)
        ],
    )
    found = drawn(rows)
    labels = [label for mark in lane(found, "outcomes").marks for label in mark.labels]
    assert all(label.left >= 0 and label.right <= found.axis.width for label in labels)
    assert not [
        (one.text, two.text)
        for one, two in combinations(labels, 2)
        if one.y == two.y and one.left < two.right and two.left < one.right
    ]


def test_death_has_its_own_shape_and_takes_the_place_of_the_last_contact() -> None:
    rows = one_course()
    rows = changed(
        rows,
        deaths=[Death(patient=rows.course.patient, died_on=on(25), cause="CRS")],
        follow_ups=[FollowUp(patient=rows.course.patient, last_contact_on=on(25), vital_status="DEAD")],
    )
    marks = {mark.labels[0].text: mark for mark in lane(drawn(rows), "outcomes").marks}
    assert "Last contact" not in " ".join(marks)
    assert marks["Death"].kind == "death"
    assert marks["Death"].title == "Death, CRS, day +25"


def test_what_lies_beyond_the_days_shown_is_listed_with_its_day() -> None:
    rows = one_course()
    rows = changed(rows, relapses=[Relapse(course=rows.course, kind="RELAPSE", relapsed_on=on(200))])
    listed = [(aside.words, aside.when) for aside in drawn(rows).outside]
    assert listed == [("Relapse after a response", "day +200"), ("Last contact, alive", "day +400")]


@pytest.mark.parametrize(("precision", "text"), [("MONTH", "2025-09"), ("YEAR", "2025")])
def test_a_date_without_a_day_is_listed_and_never_drawn(precision, text) -> None:
    rows = one_course()
    first = on(200).replace(day=1) if precision == "MONTH" else on(200).replace(month=1, day=1)
    relapse = Relapse(course=rows.course, kind="RELAPSE", relapsed_on=first, relapsed_on_precision=precision)
    found = drawn(changed(rows, relapses=[relapse]))
    assert [(aside.words, aside.when) for aside in found.undrawn] == [("Relapse after a response", text)]
    assert "Relapse" not in " ".join(mark.title for mark in lane(found, "outcomes").marks)


def test_from_the_first_dose_of_anakinra_the_same_columns_have_other_numbers() -> None:
    here, there = drawn(), drawn(origin=Origin.ANAKINRA)
    assert [mark.x for mark in lane(here, "crs").marks] == [mark.x for mark in lane(there, "crs").marks]
    assert there.facts[2].rest.startswith("days 0 to +9")
    assert [label.text for label in there.band_labels] == ["Infusion", "First anakinra"]
    assert there.counted_from == "Days from first anakinra"


def test_without_anakinra_days_are_counted_from_infusion_whatever_was_asked() -> None:
    rows = changed(one_course(), anakinra_courses=[], segments=[])
    assert drawn(rows, Origin.ANAKINRA).origin is Origin.INFUSION


def test_iechs_has_a_lane_with_its_grade_where_there_was_an_episode() -> None:
    rows = one_course()
    episode = IecHsEpisode(course=rows.course, onset_on=on(9), resolved_on=on(16), is_resolved=True, max_grade=3)
    mark = lane(drawn(changed(rows, iechs_episodes=[episode])), "iechs").marks[0]
    assert mark.kind == "grade-3"
    assert mark.title == "IEC-HS grade 3 (provisional), days +9 to +16"


def test_a_course_with_nothing_but_its_infusion_is_empty() -> None:
    rows = one_course()
    bare = type(rows)(course=rows.course)
    bare.course.ld_started_on = bare.course.ld_ended_on = None
    assert drawn(bare).is_empty
    assert not drawn().is_empty


def test_a_last_day_mistyped_by_years_does_not_fill_the_table() -> None:
    rows = one_course()
    rows.stays[0].ended_on = on(4000)
    found = drawn(rows)
    assert len(table_lines(found.sheet, found.columns)) < 120


def test_the_table_has_a_row_for_every_day_and_keeps_the_three_ways_apart() -> None:
    found = drawn()
    lines = {line.on: {c.title: cell for c, cell in line.cells} for line in table_lines(found.sheet, found.columns)}
    assert list(lines)[:37] == found.axis.all_days()
    assert lines[on(12)]["ICANS grade"].shown == "not recorded"
    assert lines[on(14)]["ICANS grade"].shown == "0"
    assert lines[on(20)]["ICANS grade"] is None
    assert lines[on(11)]["ICANS grade"].shown == "2 ≠ 3"


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_file_has_decimal_points_in_every_language_and_its_mark_at_the_front(language) -> None:
    with translation.override(language):
        found = drawn()
        content = timeline_file(found.sheet, "=SEV", found.columns, found.counted_from)
    assert content.startswith(b"\xef\xbb\xbf")
    heads, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    by_day = {row[1]: row for row in rows}
    assert by_day["7"][0] == "'=SEV"
    assert by_day["7"][2] == on(7).isoformat()
    assert "187.5" in by_day["7"]
    assert "8.824" in by_day["7"]
    assert "?" in by_day["12"]
    assert len({len(row) for row in [heads, *rows]}) == 1


def test_svg_numbers_are_plain_numbers() -> None:
    for one in drawn().lanes:
        for mark in one.marks:
            assert all(isinstance(value, int | float) for value in (mark.x, mark.y, mark.width, mark.height))
            assert not isinstance(mark.x, Decimal)
