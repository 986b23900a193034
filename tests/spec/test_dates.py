"""Partial dates are read, stored and compared at the precision that was recorded."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.dates import PartialDate, Precision, day_number


@pytest.mark.parametrize(
    ("text", "precision", "earliest", "latest"),
    [
        ("2024-03-05", Precision.DAY, date(2024, 3, 5), date(2024, 3, 5)),
        (" 2024-02 ", Precision.MONTH, date(2024, 2, 1), date(2024, 2, 29)),
        ("2023-02", Precision.MONTH, date(2023, 2, 1), date(2023, 2, 28)),
        ("2024", Precision.YEAR, date(2024, 1, 1), date(2024, 12, 31)),
    ],
)
def test_a_date_stands_for_every_day_it_could_be(text: str, precision: str, earliest: date, latest: date) -> None:
    read = PartialDate.parse(text)
    assert (read.precision, read.earliest(), read.latest()) == (precision, earliest, latest)
    assert str(read) == text.strip()


@pytest.mark.parametrize(
    "text", ["", "05/03/2024", "2024-3-5", "2024-13", "2024-02-30", "20240305", "2024-", "unknown", "0000"]
)
def test_anything_else_is_no_date(text: str) -> None:
    with pytest.raises(ValueError):
        PartialDate.parse(text)


def test_a_day_without_a_month_is_refused() -> None:
    with pytest.raises(ValueError, match="month"):
        PartialDate(2024, None, 5)


@pytest.mark.parametrize(
    ("first", "second", "before", "after", "equal"),
    [
        ("2024-03-05", "2024-03-06", True, False, False),
        ("2024-03-05", "2024-03-05", False, False, True),
        ("2024-03", "2024-03-05", False, False, True),
        ("2024-03", "2024-04-01", True, False, False),
        ("2024", "2024-12-31", False, False, True),
        ("2025", "2024-12-31", False, True, False),
        ("2024-02", "2024-03", True, False, False),
        ("2024", "2024-06", False, False, True),
    ],
)
def test_dates_are_ordered_only_when_no_day_could_contradict(
    first: str, second: str, before: bool, after: bool, equal: bool
) -> None:
    left, right = PartialDate.parse(first), PartialDate.parse(second)
    assert (left.surely_before(right), left.surely_after(right), left.may_equal(right)) == (before, after, equal)


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.sampled_from(Precision))
def test_what_is_stored_is_read_back(on: date, precision: Precision) -> None:
    stored = PartialDate.of(on, precision)
    assert PartialDate.of(stored.earliest(), stored.precision) == stored
    assert PartialDate.parse(str(stored)) == stored
    assert stored.earliest() <= on <= stored.latest()


@pytest.mark.parametrize(
    ("on", "number"), [(date(2024, 2, 29), 0), (date(2024, 3, 1), 1), (date(2024, 2, 28), -1), (date(2025, 2, 28), 365)]
)
def test_the_origin_is_day_0(on: date, number: int) -> None:
    assert day_number(on, date(2024, 2, 29)) == number
