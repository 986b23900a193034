"""How long queries wait, in four spans of whole days since an answer has been owed."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Case, CharField, Q, Value, When


class Age(StrEnum):
    """Days since a query was asked, or asked again; as they stand in the address."""

    WEEK = "0-7"
    MONTH = "8-30"
    QUARTER = "31-90"
    LONGER = "91"

    @property
    def first_day(self) -> int:
        """Return the lowest number of days."""
        return int(self.value.partition("-")[0])

    @property
    def last_day(self) -> int | None:
        """Return the highest number of days; None where there is no end."""
        last = self.value.partition("-")[2]
        return int(last) if last else None


def of_age(age: Age, now: datetime) -> Q:
    """Return the condition that a query is of this age."""
    condition = Q(asked_at__lte=now - timedelta(days=age.first_day)) if age.first_day else Q()
    if age.last_day is None:
        return condition
    return condition & Q(asked_at__gt=now - timedelta(days=age.last_day + 1))


def age_column(now: datetime) -> Any:
    """Return the age of a query as a column."""
    youngest_first = (When(of_age(age, now), then=Value(age.value)) for age in Age if age.last_day is not None)
    return Case(*youngest_first, default=Value(Age.LONGER.value), output_field=CharField())
