"""The sheet that a timeline is drawn on: the rows of the course, the axis, and what every lane asks of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from registry.rules.dates import PartialDate
from registry.selectors.timeline import TimelineRows
from registry.web.case_cells import number
from registry.web.charts.axis import Axis, signed
from registry.web.charts.links import entry_url

FEW_DIGITS = 4


@dataclass(frozen=True)
class Hit:
    """A row of which a stretch of days is impossible; without ends, the row as a whole."""

    pk: UUID
    since: dt.date | None = None
    until: dt.date | None = None

    def covers(self, first: dt.date, last: dt.date) -> bool:
        """Tell whether any day of a stretch is among the impossible ones."""
        return (self.until is None or first <= self.until) and (self.since is None or last >= self.since)


@dataclass(frozen=True)
class Fault:
    """An impossible order of events: the sentence, where it is put right, and what the chart marks."""

    sentence: str
    url: str
    hits: tuple[Hit, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """Rows and axis of one timeline, with the faults found in them."""

    rows: TimelineRows
    axis: Axis
    faults: tuple[Fault, ...] = ()

    @property
    def day_0(self) -> dt.date:
        """Return the day of the infusion, whatever the axis counts from."""
        return self.rows.course.infused_on

    def day(self, on: dt.date) -> str:
        """Return a day in words: day +4."""
        return _("day %(day)s") % {"day": signed(self.axis.number(on))}

    def days(self, first: dt.date, last: dt.date) -> str:
        """Return a stretch of days in words: days +4 to +7."""
        if first == last:
            return self.day(first)
        ends = {"first": signed(self.axis.number(first)), "last": signed(self.axis.number(last))}
        return _("days %(first)s to %(last)s") % ends

    def when(self, at: PartialDate) -> str:
        """Return a date in words: its day from the origin, or the month or year where no more is known."""
        return self.day(at.earliest()) if at.day is not None else str(at)

    def url(self, row: Any) -> str:
        """Return where a row was entered."""
        return entry_url(self.rows.course.patient_id, row)

    def is_wrong(self, pk: UUID, first: dt.date, last: dt.date | None = None) -> bool:
        """Tell whether a mark of a row stands for something impossible."""
        last = last or first
        return any(hit.pk == pk and hit.covers(first, last) for fault in self.faults for hit in fault.hits)


def shown_number(value: Decimal | int | float, places: int | None = None) -> str:
    """Return a number as the language writes it, its thousands set apart by a thin space from 10,000 on.

    A thin space means the same in every language, whereas 14.800 and 14,800 each read as less than 15 in one of ours.
    """
    exact = Decimal(str(value))
    if places is not None:
        exact = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text, whole = number(exact), str(abs(int(exact)))
    return text.replace(whole, f"{int(whole):,}".replace(",", "\u202f"), 1) if len(whole) > FEW_DIGITS else text


def short_number(value: Decimal | float) -> str:
    """Return a number to three digits, for a label."""
    size = abs(float(value))
    return shown_number(value, 0 if size >= 100 else 1 if size >= 10 else 2)


def joined(parts: Iterable[str]) -> str:
    """Return the parts of a title that say something, separated by commas."""
    return ", ".join(part for part in parts if part)
