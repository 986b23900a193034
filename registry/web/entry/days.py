"""The days that an episode's grid shows: from its dates, so that nobody types them."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from registry.rules.dates import day_number
from registry.web.entry.typed_dates import day_text

FIRST_SHOWN, MORE, LONGEST = 10, 7, 120


def planned_days(onset: dt.date | None, resolved: dt.date | None, more: int, known: set[dt.date]) -> list[dt.date]:
    """Return the days to show, known ones included: from onset to resolution, or ten days while it goes on.

    `more` days are added at the end. Nothing is planned after today, or before the onset is known.
    """
    days = set(known)
    if onset is not None:
        last = resolved or max([onset + dt.timedelta(days=FIRST_SHOWN - 1), *known])
        length = min((last - onset).days + 1 + more, LONGEST)
        days |= {onset + dt.timedelta(days=number) for number in range(max(length, 0))}
    today = timezone.localdate()
    return sorted(day for day in days if day <= today or day in known)


def day_title(day: dt.date, day_0: dt.date | None) -> str:
    """Return "+4", counted from day 0; the date itself where there is no day 0."""
    return f"{day_number(day, day_0):+d}".replace("+0", "0") if day_0 else short_date(day)


def short_date(day: dt.date) -> str:
    """Return "18 Mar" in the language."""
    return day_text(day).rpartition(" ")[0]


def weekday(day: dt.date) -> str:
    """Return the day of the week in the language."""
    return (
        _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday")
    )[day.weekday()]  # fmt: skip
