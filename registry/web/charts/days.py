"""What a lane says of each day, in words: the table and the file below the chart are made of these columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True)
class DayText:
    """One value of one day: as the page shows it, as a file writes it, and where it was entered."""

    shown: str
    plain: str
    url: str = ""
    is_absent: bool = False


@dataclass(frozen=True)
class Column:
    """One column of the table, of the file, or of both.

    A stretch says the same of many days; it brings no day into the table that nothing else is recorded of.
    """

    title: str
    unit: str
    values: Mapping[dt.date, DayText] = field(default_factory=dict)
    is_number: bool = False
    in_table: bool = True
    in_file: bool = True
    is_stretch: bool = False


def plain_number(value: Decimal | int | None) -> str:
    """Return a number as files write it: with a decimal point, without idle zeros."""
    return "" if value is None else f"{Decimal(value).normalize():f}"
