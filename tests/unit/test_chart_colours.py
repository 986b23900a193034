"""Colours of the charts: declared once, used exactly so, and readable. Checkers of accessibility do not look here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from registry.web.charts.colours import GROUNDS, GUIDES, LANE, LINES, MARKS, TEXTS, contrast

STYLES = (Path(__file__).parents[2] / "registry/static/quell/timeline.css").read_text(encoding="utf-8")
TEXT, GRAPHIC = 4.5, 3.0


def rule(selector: str) -> str:
    found = re.search(rf"(?:^|[,\n]\s*){re.escape(selector)}(?:,[^{{]*)? \{{([^}}]*)\}}", STYLES)
    return found.group(1) if found else ""


def colour_of(selector: str, name: str) -> str:
    found = re.search(rf"(?:^|[;{{ ]){name}: (#[0-9a-f]{{6}})", rule(selector))
    return found.group(1) if found else ""


def test_contrast_is_what_the_guideline_computes() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", [name for name, paint in MARKS.items() if paint.text])
def test_every_text_can_be_read_on_its_fill(name) -> None:
    assert contrast(MARKS[name].text, MARKS[name].fill) >= TEXT


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("text", TEXTS)
def test_every_text_can_be_read_on_every_ground(text, ground) -> None:
    assert contrast(TEXTS[text], GROUNDS[ground].fill) >= TEXT


def test_names_beside_intensive_care_can_be_read_on_the_stay_below() -> None:
    assert contrast(TEXTS["ink"], MARKS["hospital"].fill) >= TEXT


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("name", MARKS)
def test_every_mark_is_seen_on_every_ground(name, ground) -> None:
    assert contrast(MARKS[name].outline, GROUNDS[ground].fill) >= GRAPHIC


@pytest.mark.parametrize("name", LINES)
def test_every_line_is_seen_against_the_lane(name) -> None:
    assert contrast(LINES[name], LANE.fill) >= GRAPHIC


@pytest.mark.parametrize("name", MARKS)
def test_the_style_sheet_gives_each_mark_its_declared_colours(name) -> None:
    paint = MARKS[name]
    assert colour_of(f".tl-{name}", "fill") == paint.fill
    assert colour_of(f".tl-{name}", "stroke") == paint.edge
    assert colour_of(f".tl .tl-on-{name}", "fill") == paint.text


def test_the_style_sheet_gives_grounds_lines_and_texts_their_declared_colours() -> None:
    assert colour_of(".tl-lane", "fill") == GROUNDS["lane"].fill
    assert colour_of(".tl-zero", "fill") == GROUNDS["zero"].fill
    assert colour_of(".tl-course", "stroke") == LINES["course"]
    assert colour_of(".tl-wrong .tl-shape", "stroke") == LINES["wrong"]
    assert {name: colour_of(f".tl-{name}", "stroke") for name in GUIDES} == dict(GUIDES)
    assert colour_of(".tl .tl-note", "fill") == TEXTS["quiet"]
    assert colour_of(".tl text", "fill") == colour_of(".tl .tl-on-ink", "fill") == TEXTS["ink"]


def test_the_style_sheet_knows_no_other_colour() -> None:
    declared = {value for paint in MARKS.values() for value in (paint.fill, paint.text, paint.edge)}
    declared |= {paint.fill for paint in GROUNDS.values()} | {*LINES.values(), *GUIDES.values(), *TEXTS.values()}
    assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b", STYLES)) <= declared
    assert not re.search(r"rgba?\(|hsla?\(", STYLES)


def test_grades_form_a_ramp_from_light_to_dark() -> None:
    ramp = [contrast(MARKS[f"grade-{grade}"].fill, "#000000") for grade in range(6)]
    assert ramp == sorted(ramp, reverse=True)
