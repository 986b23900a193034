"""Days as columns: where they stand, which are labelled, how far the axis goes."""

from __future__ import annotations

import datetime as dt

import pytest

from registry.web.charts.axis import PLOT_PX, Axis, axis_of, signed
from tests.factories.one_course import INFUSED, on


def axis(*, dense=(), sparse=(), starts=(), origin=INFUSED) -> Axis:
    return axis_of(INFUSED, origin, [on(d) for d in dense], [on(d) for d in sparse], [on(d) for d in starts])


def numbers(found: Axis) -> tuple[int, int]:
    return (found.first - INFUSED).days, (found.last - INFUSED).days


def test_a_day_is_a_column_and_the_next_one_begins_where_it_ends() -> None:
    found = axis()
    assert found.day_px == 27
    assert found.x(on(-6)) == 0
    assert found.x(on(0)) == 6 * 27
    assert found.right(on(0)) == found.x(on(1)) == 7 * 27
    assert found.centre(on(0)) == 6.5 * 27
    assert found.width == 37 * 27


@pytest.mark.parametrize(
    ("given", "ends"),
    [
        ({}, (-6, 30)),
        ({"starts": [-5]}, (-6, 30)),
        ({"starts": [-9]}, (-9, 30)),
        ({"starts": [-400]}, (-45, 30)),
        ({"sparse": [41]}, (-6, 41)),
        ({"sparse": [41, 61, 700]}, (-6, 41)),
        ({"dense": [44, 58, 72]}, (-6, 72)),
        ({"dense": [44, 59]}, (-6, 44)),
        ({"dense": range(31, 200)}, (-6, 90)),
    ],
)
def test_the_axis_goes_from_lymphodepletion_to_the_last_event_within_reason(given, ends) -> None:
    assert numbers(axis(**given)) == ends


def test_columns_grow_narrow_to_fit_and_beyond_that_the_axis_is_scrolled() -> None:
    fits, scrolls = axis(sparse=[56]), axis(sparse=[57])
    assert fits.width <= PLOT_PX + 1
    assert not fits.is_long
    assert scrolls.is_long
    assert scrolls.day_px > fits.day_px


def test_every_day_is_labelled_while_there_is_room_and_else_the_weeks() -> None:
    assert all(tick.label for tick in axis().ticks())
    labels = [tick.label for tick in axis(sparse=[56]).ticks() if tick.label]
    assert labels == ["0", "+7", "+14", "+21", "+28", "+35", "+42", "+49", "+56"]


def test_days_are_counted_from_the_origin_and_the_columns_stay_where_they_are() -> None:
    here, there = axis(), axis(origin=on(6))
    assert [tick.x for tick in here.ticks()] == [tick.x for tick in there.ticks()]
    assert [tick.label for tick in there.ticks()][:3] == ["−12", "−11", "−10"]
    assert [tick.x for tick in there.ticks() if tick.is_zero] == [here.x(on(6))]


def test_a_day_number_has_its_sign_and_zero_has_none() -> None:
    assert [signed(number) for number in (-6, 0, 4)] == ["−6", "0", "+4"]


def test_the_range_of_days_holds_both_ends() -> None:
    found = axis()
    assert found.all_days()[0] == found.first
    assert found.all_days()[-1] == found.last
    assert found.has(found.last)
    assert not found.has(found.last + dt.timedelta(days=1))
