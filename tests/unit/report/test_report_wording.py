"""How numbers are written in sentences of the report."""

from __future__ import annotations

import pytest

from exports.report.wording import days, fixed, hazard_ratio, p_said, p_value, percent, plain, text


@pytest.mark.parametrize(
    ("value", "places", "said"),
    [(0.5, 0, "1"), (1.5, 0, "2"), (2.5, 0, "3"), (-0.001, 1, "0.0"), (1.005, 2, "1.01"), (12, 1, "12.0")],
)
def test_numbers_are_rounded_with_halves_away_from_zero(value: float, places: int, said: str) -> None:
    assert fixed(value, places) == said


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ((3 / 43, 0.0177, 0.1723), "7 % (2-17)"),
        ((0.0, None, None), "0 %"),
        ((None, None, None), "not estimable"),
    ],
)
def test_a_percentage_stands_with_its_interval_where_there_is_one(figures: tuple[float | None, ...], said: str) -> None:
    assert percent(*figures) == said


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ((2.194, 0.94, 5.122), "2.19 (0.94-5.12)"),
        ((0.001, 0.0001, 0.3), "<0.01 (<0.01-0.30)"),
        ((150.4, 2.0, 1e9), "150 (2.00->9999)"),
        ((None, None, None), "not estimable"),
    ],
)
def test_a_hazard_ratio_is_never_written_as_zero(figures: tuple[float | None, ...], said: str) -> None:
    assert hazard_ratio(*figures) == said


@pytest.mark.parametrize(
    ("p", "said"), [(0.0692, "0.069"), (0.0001, "<0.001"), (0.9999, ">0.999"), (None, "not estimable")]
)
def test_a_p_value_is_never_zero_or_one(p: float | None, said: str) -> None:
    assert p_value(p) == said


def test_a_p_value_in_a_sentence_has_its_sign() -> None:
    assert [p_said(p) for p in (0.039, 0.0001)] == ["p = 0.039", "p < 0.001"]
    assert p_said(0.0165, places=2) == "p = 0.02"


def test_days_are_whole_unless_they_lie_between_two() -> None:
    assert [days(value) for value in (7, 42.5, None)] == ["7 d", "42.5 d", "not reached"]


def test_a_text_keeps_its_values_apart_from_the_words() -> None:
    said = text("%(n)s of %(of)s", n=3, of=43)
    assert said == {"words": "%(n)s of %(of)s", "values": {"n": 3, "of": 43}}
    assert plain(said) == "3 of 43"
    assert plain("as it is") == "as it is"
