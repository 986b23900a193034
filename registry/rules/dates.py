"""Dates as the chart gives them: a day, a month or only a year, compared at the recorded precision."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from registry.rules.coding import Coded, gettext_noop


class Precision(Coded):
    """How much of a date is known."""

    DAY = "DAY", gettext_noop("day")
    MONTH = "MONTH", gettext_noop("month")
    YEAR = "YEAR", gettext_noop("year")


_WRITTEN = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date of which the day, or day and month, may be unknown; it stands for every day that it could be."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.day is not None and self.month is None:
            raise ValueError("a day needs its month")
        date(self.year, self.month or 1, self.day or 1)

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Read 2024-03-05, 2024-03 or 2024; ValueError for anything else or for a day that does not exist."""
        found = _WRITTEN.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"{text!r} is not a date: write 2024-03-05, 2024-03 or 2024")
        year, month, day = (int(part) if part else None for part in found.groups())
        return cls(year or 0, month, day)

    @classmethod
    def of(cls, on: date, precision: Precision) -> PartialDate:
        """Return the date that is stored as a full day and the precision beside it."""
        if precision == Precision.YEAR:
            return cls(on.year)
        return cls(on.year, on.month, on.day if precision == Precision.DAY else None)

    @property
    def precision(self) -> Precision:
        """Return how much of the date is known."""
        if self.month is None:
            return Precision.YEAR
        return Precision.MONTH if self.day is None else Precision.DAY

    def earliest(self) -> date:
        """Return the first day that the date can stand for; this is the day that is stored."""
        return date(self.year, self.month or 1, self.day or 1)

    def latest(self) -> date:
        """Return the last day that the date can stand for."""
        month = self.month or 12
        return date(self.year, month, self.day or monthrange(self.year, month)[1])

    def surely_before(self, other: PartialDate) -> bool:
        """Tell whether every day that this can be lies before every day that the other can be."""
        return self.latest() < other.earliest()

    def surely_after(self, other: PartialDate) -> bool:
        """Tell whether every day that this can be lies after every day that the other can be."""
        return other.surely_before(self)

    def may_equal(self, other: PartialDate) -> bool:
        """Tell whether both dates can be the same day."""
        return not self.surely_before(other) and not self.surely_after(other)

    def __str__(self) -> str:
        parts = (f"{self.year:04d}", *(f"{part:02d}" for part in (self.month, self.day) if part is not None))
        return "-".join(parts)


def day_number(on: date, origin: date) -> int:
    """Return whole days from the origin, which is day 0; days before it are negative."""
    return (on - origin).days
