"""Laboratory results: scales, dashed gaps, the labelled values, what is shown and what is asked for."""

from __future__ import annotations

from decimal import Decimal

import pytest

from registry.models import LabResult
from registry.rules.labs import Analyte
from registry.web.charts.labs import chosen_analytes, lab_lane, samples_of, toggled
from registry.web.charts.scales import linear, logarithmic
from registry.web.charts.sheet import shown_number
from registry.web.charts.timeline import Origin, timeline_of
from tests.factories.one_course import on, one_course

FERRITIN, CRP, LDH, PLT = Analyte.FERRITIN, Analyte.CRP, Analyte.LDH, Analyte.PLT


def sheet(rows=None):
    return timeline_of(rows or one_course(), Origin.INFUSION, [FERRITIN]).sheet


def test_a_log_scale_gives_equal_steps_to_equal_ratios_and_lies_between_nice_values() -> None:
    scale = logarithmic(480, 14800, 100)
    assert scale.ticks == (300, 1000, 3000, 10000, 30000)
    assert scale.up(300) == 0
    assert scale.up(30000) == 100
    assert scale.up(3000) == 50
    assert scale.up(10000) - scale.up(3000) == pytest.approx(scale.up(1000) - scale.up(300), abs=0.2)


@pytest.mark.parametrize("values", [(0, 0), (5, 5), (0.01, 0.01), (1, 1_000_000)])
def test_a_log_scale_exists_for_any_values_and_draws_zero_at_its_floor(values) -> None:
    scale = logarithmic(*values, 100)
    assert scale.low < scale.high
    assert scale.up(0) == 0
    assert 0 <= scale.up(values[1]) <= 100


@pytest.mark.parametrize(("highest", "high"), [(201, 300), (0.7, 0.8), (100, 100), (0, 1)])
def test_a_linear_scale_begins_at_zero_and_ends_at_a_round_number(highest, high) -> None:
    scale = linear(highest, 50)
    assert (scale.low, scale.high) == (0, pytest.approx(high))


def test_the_line_is_dashed_where_samples_are_more_than_three_days_apart() -> None:
    dashed = [stroke.is_dashed for stroke in lab_lane(sheet(), FERRITIN).strokes]
    assert dashed == [True, *[False] * 11, True, True]


def test_the_peak_and_the_sample_before_lymphodepletion_are_labelled() -> None:
    assert [label.text for label in lab_lane(sheet(), FERRITIN).labels] == ["480 before LD", "14\u202f800"]


def test_a_sample_before_the_first_day_shown_is_pinned_to_the_edge_with_its_day() -> None:
    rows = one_course()
    rows.labs[0].sampled_on = on(-12)
    lane = lab_lane(sheet(rows), FERRITIN)
    assert lane.labels[0].text == "480 before LD, day −12"
    assert lane.marks[0].path.startswith("M0.6 ")


def test_a_day_with_several_samples_shows_the_worst() -> None:
    course = one_course().course
    rows = [
        LabResult(course=course, analyte=code, sampled_on=on(1), canonical_value=Decimal(value))
        for code, value in (("PLT", 20), ("PLT", 80), ("CRP", 20), ("CRP", 80))
    ]
    assert [samples_of(rows, one)[0].value for one in (PLT, CRP)] == [20, 80]
    assert samples_of(rows, PLT)[0].count == 2


def test_a_result_beyond_the_limit_of_the_assay_is_a_ring_with_its_sign() -> None:
    rows = one_course()
    rows.labs[6].comparator = ">"
    lane = lab_lane(sheet(rows), FERRITIN)
    assert lane.marks[6].kind == "ring"
    assert lane.marks[6].title.startswith("Ferritin >14\u202f800 ng/mL, day +6")


def test_a_result_without_a_value_is_not_drawn() -> None:
    rows = one_course()
    rows.labs[6].canonical_value = None
    assert on(6) not in [sample.on for sample in samples_of(rows.labs, FERRITIN)]


@pytest.mark.parametrize(
    ("asked", "shown"),
    [([], [FERRITIN, CRP]), (["LDH"], [FERRITIN, LDH]), (["FERRITIN"], [FERRITIN]), (["PLT"], [FERRITIN])],
)
def test_ferritin_is_always_shown_and_others_when_asked_for_and_present(asked, shown) -> None:
    assert chosen_analytes(asked, [FERRITIN, CRP, LDH]) == shown


def test_a_link_adds_a_result_or_takes_it_away() -> None:
    assert toggled(LDH, [FERRITIN, CRP]) == [CRP, LDH]
    assert toggled(CRP, [FERRITIN, CRP, LDH]) == [LDH]
    assert toggled(CRP, [FERRITIN, CRP]) == [FERRITIN]


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (14800, None, "14\u202f800"),
        (1481, None, "1481"),
        ("187.5", 0, "188"),
        ("162.5", 0, "163"),
        ("11.7647", 1, "11.8"),
        ("20000.5", 1, "20\u202f000.5"),
        (0, None, "0"),
    ],
)
def test_numbers_are_rounded_half_up_and_grouped_from_ten_thousand(value, places, text) -> None:
    assert shown_number(Decimal(value), places) == text
