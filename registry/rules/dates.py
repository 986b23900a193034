"""Dates as the chart gives them: a day, a month or only a year, compared at the recorded precision."""

from __future__ import annotations

from registry.rules.coding import Coded, gettext_noop


class Precision(Coded):
    """How much of a date is known."""

    DAY = "DAY", gettext_noop("day")
    MONTH = "MONTH", gettext_noop("month")
    YEAR = "YEAR", gettext_noop("year")
