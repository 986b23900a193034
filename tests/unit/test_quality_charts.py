"""Charts of the pages of quality: geometry, and colours that are declared once, used exactly so, and readable."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from registry.selectors.peers import Quartiles, Scale
from registry.selectors.query_ages import Age
from registry.web.charts.ageing import NAMES_PX, PLOT_PX, THINNEST, Aged, ageing_of
from registry.web.charts.colours import GROUNDS, contrast
from registry.web.charts.lettering import text_width
from registry.web.charts.quality_colours import AGES, STEPS, STRIP, step_of
from registry.web.charts.strip import EDGE, WIDTH, strip_of

STYLES = (Path(__file__).parents[2] / "registry/static/quell/quality.css").read_text(encoding="utf-8")
TEXT, GRAPHIC = 4.5, 3.0


def site(name: str, *counts: int) -> Aged:
    by_age = dict(zip(Age, counts, strict=True))
    return Aged(name, "/site/", by_age, dict.fromkeys(Age, "words"), {age: f"/{age.value}/" for age in Age}, "open")


def test_bars_share_one_scale_and_blocks_stand_one_after_the_other() -> None:
    first, second = ageing_of([site("A", 40, 30, 20, 10), site("B", 0, 25, 0, 25)]).rows
    assert [block.kind for block in first.blocks] == ["week", "month", "quarter", "longer"]
    assert [block.kind for block in second.blocks] == ["month", "longer"]
    for row in (first, second):
        ends = [NAMES_PX, *(round(block.x + block.width, 1) for block in row.blocks)]
        assert [block.x for block in row.blocks] == ends[:-1]
        assert row.words_x == ends[-1] + 8
    assert first.blocks[1].width == pytest.approx(30 / 25 * second.blocks[0].width, abs=0.1)
    assert first.blocks[-1].x + first.blocks[-1].width <= NAMES_PX + PLOT_PX


def test_a_number_that_has_no_room_is_left_out_and_a_single_query_is_still_seen() -> None:
    row = ageing_of([site("A", 1, 2000, 0, 150)]).rows[0]
    one, many, _some = row.blocks
    assert (one.number, one.width) == ("", THINNEST)
    assert many.number == "2000"
    for block in row.blocks:
        assert not block.number or text_width(block.number, bold=True) <= block.width


@pytest.mark.parametrize(
    ("words", "oldest"), [("12345 open", "oldest 1234 days"), ("12345 abiertas", "la más antigua, 1234 días")]
)
def test_the_words_after_the_longest_bar_have_room(words: str, oldest: str) -> None:
    chart = ageing_of([replace(site("A", 9, 9, 9, 9), words=words, oldest=oldest)])
    (row,) = chart.rows
    assert row.words_x + text_width(words) < row.oldest_x
    assert row.oldest_x + text_width(oldest) <= chart.width


def test_without_open_queries_nothing_is_drawn() -> None:
    assert ageing_of([]).rows == []
    assert ageing_of([site("A", 0, 0, 0, 0)]).rows[0].blocks == []


@pytest.mark.parametrize(
    ("percent", "step"), [(100, 1), (99, 2), (95, 2), (94, 3), (85, 3), (84, 4), (70, 4), (69, 5), (0, 5)]
)
def test_steps_of_completeness(percent: int, step: int) -> None:
    assert step_of(percent) == step


def test_a_strip_of_percentages_runs_from_0_to_100() -> None:
    strip = strip_of(50, Quartiles(0, 50, 100), Scale.PERCENT)
    assert (strip.low, strip.median, strip.high) == (EDGE, WIDTH / 2, WIDTH - EDGE)
    assert strip.band == WIDTH - 2 * EDGE


@pytest.mark.parametrize("value", [-3.0, 0.0, 4.0, 400.0])
def test_a_strip_keeps_every_hospital_inside(value: float) -> None:
    strip = strip_of(value, Quartiles(0, 2, 10), Scale.DAYS)
    place = [float(number) for number in re.findall(r"[\d.]+", strip.own)]
    assert min(place) >= 0
    assert max(place) <= WIDTH
    assert strip.low <= strip.median <= strip.high


def test_quartiles_that_are_one_value_are_still_seen() -> None:
    assert strip_of(1, Quartiles(0, 0, 0), Scale.DAYS).band == 2


PAINTS = {**{age.value: paint for age, paint in AGES.items()}, **{str(step): paint for step, paint in STEPS.items()}}


@pytest.mark.parametrize("name", PAINTS)
def test_every_number_can_be_read_and_every_block_is_seen(name: str) -> None:
    assert contrast(PAINTS[name].text, PAINTS[name].fill) >= TEXT
    assert contrast(PAINTS[name].outline, GROUNDS["sheet"].fill) >= GRAPHIC


def test_the_strip_is_seen() -> None:
    assert contrast(STRIP["half"].outline, STRIP["lane"].fill) >= GRAPHIC
    for ground in (STRIP["half"].fill, STRIP["lane"].fill):
        assert contrast(STRIP["own"].fill, ground) >= GRAPHIC
        assert contrast(STRIP["median"].fill, ground) >= GRAPHIC


@pytest.mark.parametrize("ramp", [AGES, STEPS], ids=["ages", "steps"])
def test_the_darkest_wants_most_work(ramp) -> None:
    light = [contrast(paint.fill, "#000000") for paint in ramp.values()]
    assert light == sorted(light, reverse=True)


def colour_of(selector: str, name: str) -> str:
    found = re.search(
        rf"(?:^|[,\n]\s*){re.escape(selector)}(?:,[^{{]*)? \{{[^}}]*?(?<![-\w]){name}: (#[0-9a-f]{{6}})", STYLES
    )
    return found.group(1) if found else ""


def test_the_style_sheet_gives_marks_their_declared_colours() -> None:
    for age, paint in AGES.items():
        name = age.name.lower()
        assert (colour_of(f".ag-{name}", "fill"), colour_of(f".ag-{name}", "stroke")) == (paint.fill, paint.edge)
        assert colour_of(f".ag .ag-on-{name}", "fill") == paint.text
    for number, paint in enumerate(STEPS.values(), 1):
        assert colour_of(f".heat td.heat--{number}", "background") == paint.fill
        assert colour_of(f".heat td.heat--{number}", "color") == paint.text
    assert colour_of(".st-half", "fill") == STRIP["half"].fill
    assert colour_of(".st-half", "stroke") == STRIP["half"].edge
    assert colour_of(".st-lane", "fill") == STRIP["lane"].fill
    assert colour_of(".st-median", "stroke") == STRIP["median"].fill
    assert colour_of(".st-own", "fill") == STRIP["own"].fill


def test_the_style_sheet_knows_no_other_colour() -> None:
    declared = {
        value for paint in (*PAINTS.values(), *STRIP.values()) for value in (paint.fill, paint.text, paint.edge)
    }
    assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b", STYLES)) <= declared
