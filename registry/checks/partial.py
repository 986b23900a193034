"""Comparing dates of which the day may be unknown: only what is wrong whatever the day was counts as wrong.

A month or a year is stored as its first day, so a stored date is the earliest day that it can stand for; the latest
follows from the precision beside it.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import DateField, F, Func, OuterRef, Q

from registry.rules.dates import Precision


class LatestDay(Func):
    """Last day that a partial date can stand for, from its column and the column of its precision."""

    arity = 2
    arg_joiner = " + CASE "
    template = (
        "CAST(%(expressions)s"
        f" WHEN '{Precision.MONTH}' THEN INTERVAL '1 month -1 day'"
        f" WHEN '{Precision.YEAR}' THEN INTERVAL '1 year -1 day'"
        " ELSE INTERVAL '0 day' END AS date)"
    )
    output_field = DateField()


def latest(name: str) -> LatestDay:
    """Return the last day that the partial date of this name can stand for."""
    return LatestDay(F(name), F(f"{name}_precision"))


def latest_outer(name: str) -> LatestDay:
    """Return the same of a partial date of the row outside a subquery."""
    return LatestDay(OuterRef(name), OuterRef(f"{name}_precision"))


def surely_before(first: str, second: str) -> Q:
    """Say that a partial date lies before another date (partial or not) whatever their days were."""
    return Q(**{f"{second}__gt": latest(first)})


def surely_further(first: str, second: str, days: int) -> Q:
    """Say that more than so many days lie between a partial date and a later date, partial or not."""
    return Q(**{f"{second}__gt": latest(first) + dt.timedelta(days=days)})


def is_partial(name: str) -> Q:
    """Say that a date is there, without its day."""
    precisions = [Precision.MONTH.value, Precision.YEAR.value]
    return Q(**{f"{name}__isnull": False, f"{name}_precision__in": precisions})
