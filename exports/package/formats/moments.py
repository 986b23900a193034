"""The data cut as file heads write it: in English whatever the locale of the machine, in UTC."""

from __future__ import annotations

import datetime as dt
from typing import Final

MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def spss_moment(at: dt.datetime) -> bytes:
    """Return day and time as in the head of a .sav file: 04 May 26, then 03:02:01, without a blank between."""
    at = at.astimezone(dt.UTC)
    return f"{at.day:02d} {MONTHS[at.month - 1]} {at.year % 100:02d}{at:%H:%M:%S}".encode()


def stata_moment(at: dt.datetime) -> bytes:
    """Return day and time as in the head of a .dta file: 04 May 2026 03:02."""
    at = at.astimezone(dt.UTC)
    return f"{at.day:02d} {MONTHS[at.month - 1]} {at.year:04d} {at:%H:%M}".encode()


def sas_moment(at: dt.datetime) -> bytes:
    """Return day and time as in the head of a transport file: 04MAY26:03:02:01."""
    at = at.astimezone(dt.UTC)
    return f"{at.day:02d}{MONTHS[at.month - 1].upper()}{at.year % 100:02d}:{at:%H:%M:%S}".encode()
