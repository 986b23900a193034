"""The axis of days. A day is a column, not a point: what happens on it fills its column from edge to edge."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from registry.rules.dates import day_number

PLOT_PX = 1020
WIDEST_DAY, NARROWEST_DAY, SCROLLED_DAY = 27.0, 16.0, 22.0
# Labels of days are up to three characters; in a narrower column they would touch.
LABELLED_DAY = 20.0
MOST_DAYS_THAT_FIT = int(PLOT_PX // NARROWEST_DAY)
BEFORE, AFTER = 6, 30
LAST_SPARSE, LAST_DENSE, FIRST_DAY = 60, 90, 45
SILENT_DAYS = 14
DAYS_OF_WEEK = 7


@dataclass(frozen=True)
class Tick:
    """One day of the axis: its column, its label ("" where there is no room), whether a week ends or it is day 0."""

    x: float
    middle: float
    label: str
    is_week: bool
    is_zero: bool


@dataclass(frozen=True)
class Axis:
    """Columns of `day_px` from the first day to the last; days are counted from the origin."""

    first: dt.date
    last: dt.date
    origin: dt.date
    day_px: float

    @property
    def days(self) -> int:
        """Return how many columns there are."""
        return day_number(self.last, self.first) + 1

    @property
    def width(self) -> float:
        """Return the width of all columns."""
        return round(self.days * self.day_px, 1)

    @property
    def is_long(self) -> bool:
        """Tell whether the columns do not fit the page and are scrolled."""
        return self.days > MOST_DAYS_THAT_FIT

    def has(self, on: dt.date) -> bool:
        """Tell whether a day has a column."""
        return self.first <= on <= self.last

    def x(self, on: dt.date) -> float:
        """Return the left edge of a day's column."""
        return round(day_number(on, self.first) * self.day_px, 1)

    def right(self, on: dt.date) -> float:
        """Return the right edge of a day's column."""
        return self.x(on + dt.timedelta(days=1))

    def centre(self, on: dt.date) -> float:
        """Return the middle of a day's column."""
        return round(self.x(on) + self.day_px / 2, 1)

    def number(self, on: dt.date) -> int:
        """Return the number of a day from the origin."""
        return day_number(on, self.origin)

    def all_days(self) -> list[dt.date]:
        """Return every day that has a column."""
        return [self.first + dt.timedelta(days=n) for n in range(self.days)]

    def ticks(self) -> list[Tick]:
        """Return the label of every day while it fits, else of the weeks alone."""
        return [self._tick(on) for on in self.all_days()]

    def _tick(self, on: dt.date) -> Tick:
        number = self.number(on)
        is_week = number % DAYS_OF_WEEK == 0
        label = signed(number) if is_week or self.day_px >= LABELLED_DAY else ""
        return Tick(self.x(on), self.centre(on), label, is_week, number == 0)


def signed(number: int) -> str:
    """Return a day number as people write it: +4, 0, −6."""
    return f"{number:+d}".replace("+0", "0").replace("-", "−")


def axis_of(
    day_0: dt.date, origin: dt.date, dense: Iterable[dt.date], sparse: Iterable[dt.date], starts: Iterable[dt.date]
) -> Axis:
    """Return the axis of a course: from its first act (day -6 at the latest) to its last (day +30 at the earliest).

    What is recorded day by day (`dense`) stretches it up to day 90, until two weeks pass without a record; single
    events (`sparse`) only to day 60, because a relapse in the second year would push everything else into a corner.
    What lies beyond is listed in words.
    """
    first = min([day_0 - dt.timedelta(days=BEFORE), *starts])
    first = max(first, day_0 - dt.timedelta(days=FIRST_DAY))
    at_least = day_0 + dt.timedelta(days=AFTER)
    last = max([at_least, *(on for on in sparse if day_number(on, day_0) <= LAST_SPARSE)])
    return _fitted(first, max(last, _end_of_record(dense, at_least, day_0)), origin)


def _end_of_record(dense: Iterable[dt.date], last: dt.date, day_0: dt.date) -> dt.date:
    for on in sorted(dense):
        if day_number(on, last) > SILENT_DAYS:
            break
        last = max(last, on)
    return min(last, day_0 + dt.timedelta(days=LAST_DENSE))


def _fitted(first: dt.date, last: dt.date, origin: dt.date) -> Axis:
    days = day_number(last, first) + 1
    if days > MOST_DAYS_THAT_FIT:
        return Axis(first, last, origin, SCROLLED_DAY)
    return Axis(first, last, origin, round(min(WIDEST_DAY, PLOT_PX / days), 1))
