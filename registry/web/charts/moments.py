"""Dates of the record at their precision: only a date known to the day has a place on an axis of days."""

from __future__ import annotations

import datetime as dt
from typing import Any

from registry.rules.dates import PartialDate, Precision


def moment(row: Any, name: str) -> PartialDate | None:
    """Return a date of a row at the precision that is recorded with it; a date without a precision is a day."""
    on = getattr(row, name)
    return None if on is None else PartialDate.of(on, Precision(getattr(row, f"{name}_precision", Precision.DAY)))


def day_of(row: Any, name: str) -> dt.date | None:
    """Return a date of a row where its day is known."""
    at = moment(row, name)
    return at.earliest() if at is not None and at.precision is Precision.DAY else None


def days_from(first: dt.date, last: dt.date | None) -> list[dt.date]:
    """Return every day from the first to the last; the first alone where the last is not recorded or before it."""
    return [first + dt.timedelta(days=n) for n in range(max((last - first).days, 0) + 1 if last else 1)]
