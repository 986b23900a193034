"""The geometry of the figures: steps and bands, axes, forest, swimmer, and the colours of the style sheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from exports.report.figures.colours import GRADES, MARKS, WHITE, WORDS, rules
from exports.report.figures.dose import dose_lines
from exports.report.figures.forest import forest
from exports.report.figures.incidence import incidence_panels
from exports.report.figures.lanes import grade_runs
from exports.report.figures.panel import spread
from exports.report.figures.response import response_bars
from exports.report.figures.scales import Scale, ratio_ticks, rounded_up
from exports.report.figures.shapes import Box, Dot, Drawing, Line, Word
from exports.report.figures.steps import bands, curve_line, series_of
from exports.report.figures.survival import survival_panels
from exports.report.figures.swimmer import legend, sorted_cases, swimmers
from registry.web.charts.colours import contrast
from tests.unit.report.sample import sample, suppressed

STYLE = Path(__file__).resolve().parents[3] / "registry" / "static" / "quell" / "report.css"
X, Y = Scale(0, 60, 0, 600), Scale(0, 1, 100, 0)
CURVE = {"time": [0, 5, 20], "est": [0.0, 0.2, 0.5], "lower": [None, 0.1, 0.3], "upper": [None, 0.4, 0.8]}


def drawings() -> Iterator[Drawing]:
    report = sample()
    for endpoint in report["incidence"]:
        yield from incidence_panels(endpoint)
    yield from survival_panels(report["survival"][0])
    yield from swimmers(report)
    found = [response_bars(report), dose_lines(report), forest(report, report["models"], "resolution", "Resolution")]
    yield from (one for one in found if one)


def test_a_curve_holds_each_estimate_until_the_next_and_ends_with_the_follow_up() -> None:
    series = series_of("high", "High", CURVE, [])
    assert series
    assert curve_line(replace(series, last=30), X, Y).points == (
        (0, 100),
        (50, 100),
        (50, 80),
        (200, 80),
        (200, 50),
        (300, 50),
    )


def test_a_curve_whose_follow_up_is_hidden_ends_a_day_after_its_last_step() -> None:
    series = series_of("high", "High", CURVE, [])
    assert series
    assert curve_line(series, X, Y).points[-1] == (210, 50)


def test_a_band_begins_where_its_limits_are_estimable() -> None:
    series = series_of("high", "High", {**CURVE, "time": [0, 5, 20]}, [])
    assert series
    (band,) = bands(series, X, Y)
    assert band.is_closed
    assert band.points[0] == (50, 60)
    assert band.points[-1] == (50, 90)


def test_a_curve_without_times_is_not_drawn() -> None:
    assert series_of("high", "High", {"time": [], "est": []}, []) is None
    assert series_of("high", "High", None, []) is None


def test_each_endpoint_has_both_causes_in_all_cases_and_each_cause_by_group() -> None:
    panels = incidence_panels(sample()["incidence"][0])
    assert [panel.id.rsplit("-", 2)[-1] for panel in panels] == ["all", "1", "2"]
    kinds = [{shape.kind for shape in panel.shapes} for panel in panels]
    assert {"all", "other", "all-band"} <= kinds[0]
    assert {"high", "low", "high-band", "low-band"} <= kinds[1] & kinds[2]


def test_the_numbers_at_risk_stand_under_their_days() -> None:
    panel = incidence_panels(sample()["incidence"][0])[0]
    words = {(shape.x, shape.y): shape.text for shape in panel.shapes if isinstance(shape, Word)}
    (x,) = {x for (x, _y), text in words.items() if text == "42"}
    assert sorted(text for (at, _y), text in words.items() if at == x) == ["35", "42"]


def test_nothing_is_drawn_of_groups_that_are_hidden() -> None:
    panels = incidence_panels(suppressed()["incidence"][0])
    assert not {"low", "low-band"} & {shape.kind for panel in panels for shape in panel.shapes}


@pytest.mark.parametrize("drawing", list(drawings()), ids=lambda drawing: drawing.id)
def test_every_shape_lies_in_its_drawing_and_has_a_colour(drawing: Drawing) -> None:
    style = rules()
    for shape in drawing.shapes:
        assert f".fg-{shape.kind} " in style
        for x, y in _corners(shape):
            assert -1 <= x <= drawing.width + 1, shape
            assert -1 <= y <= drawing.height + 1, shape
    assert drawing.desc


def _corners(shape: Line | Box | Dot | Word) -> list[tuple[float, float]]:
    if isinstance(shape, Line):
        return list(shape.points)
    far = (shape.x + shape.width, shape.y + shape.height) if isinstance(shape, Box) else (shape.x, shape.y)
    return [(shape.x, shape.y), far]


def test_an_interval_beyond_the_axis_of_a_forest_plot_ends_in_an_arrow() -> None:
    report = sample()
    plot = forest(report, report["models"], "resolution", "Resolution")
    assert plot
    assert [shape.kind for shape in plot.shapes].count("arrow") == 1
    assert not any(isinstance(shape, Word) and "None" in shape.text for shape in plot.shapes)


def test_a_model_without_an_estimate_is_told_in_its_row() -> None:
    report = sample()
    plot = forest(report, report["models"], "resolution", "Resolution")
    assert plot
    assert "not estimable" in {shape.text for shape in plot.shapes if isinstance(shape, Word)}
    assert forest(report, report["models"][2:3], "resolution", "Resolution") is None


def test_the_axis_of_ratios_holds_one_half_to_two_and_never_more_than_its_bounds() -> None:
    assert ratio_ticks([0.9], [1.1]) == (0.5, 1.0, 2.0)
    assert ratio_ticks([0.0001], [1e6]) == (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)


def test_a_logarithmic_scale_puts_one_in_the_middle_of_a_half_and_two() -> None:
    assert Scale(0.5, 2, 0, 100, is_log=True).at(1) == 50


@pytest.mark.parametrize(("value", "up"), [(0, 1), (95, 100), (725, 800), (800, 800), (0.3, 0.3)])
def test_an_axis_ends_at_a_round_number(value: float, up: float) -> None:
    assert rounded_up(value) == pytest.approx(up)


def test_labels_that_would_touch_are_moved_apart_in_their_order() -> None:
    assert spread([50, 52, 90], 0, 100, 14) == [50, 64, 90]
    assert spread([99, 100], 0, 100, 14) == [86, 100]


def test_days_of_one_grade_in_a_row_are_one_run() -> None:
    assert list(grade_runs([[3, 1], [4, 1], [5, None], [7, 1]])) == [(3, 4, 1), (5, 5, None), (7, 7, 1)]


def test_the_swimmer_plot_has_high_dose_first_and_the_longest_followed_first() -> None:
    cases = sorted_cases(sample())
    assert [case["group"] for case in cases] == ["HIGH"] * 28 + ["LOW"] * 14 + [None]
    assert [case["end"] for case in cases[:28]] == sorted((case["end"] for case in cases[:28]), reverse=True)


def test_grades_of_the_swimmer_plot_carry_their_digit() -> None:
    page = swimmers(sample())[0]
    bands_ = [shape for shape in page.shapes if shape.kind.startswith("grade-")]
    digits = [shape for shape in page.shapes if shape.kind.startswith("digit")]
    assert len(bands_) == len(digits) > 0


def test_the_events_of_the_swimmer_plot_differ_in_shape() -> None:
    marks = [key.shapes[0] for key in legend()[-4:]]
    assert len({type(mark) if isinstance(mark, Dot) else getattr(mark, "points", None) for mark in marks}) == 3
    assert len({mark.kind for mark in marks}) == 4


def test_the_style_sheet_has_exactly_the_colours_of_the_figures() -> None:
    assert rules() in STYLE.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", [kind for kind in WORDS if kind != "digit-light"])
def test_words_are_seen_on_paper(kind: str) -> None:
    assert contrast(WORDS[kind].fill, WHITE) >= 4.5


@pytest.mark.parametrize("grade", range(1, 6))
def test_digits_are_seen_on_their_grade(grade: int) -> None:
    digit = WORDS["digit-light" if grade > 3 else "digit"]
    assert contrast(digit.fill, GRADES[f"grade-{grade}"].fill) >= 4.5


@pytest.mark.parametrize("kind", MARKS)
def test_marks_are_seen_on_paper(kind: str) -> None:
    paint = MARKS[kind]
    assert max(contrast(colour, WHITE) for colour in (paint.fill, paint.stroke) if colour) >= 3
