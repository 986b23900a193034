"""What a row of a case file is made of before it is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from registry.demo.case import Case
from registry.rules.missing import MissingReason

Cell = str | int | bool | Decimal | dt.date | dt.time | None
Row = dict[str, Cell]
Rows = Iterator[tuple[str, Row]]

ND, UNK, NA = MissingReason.ND.value, MissingReason.UNK.value, MissingReason.NA.value


def course_key(case: Case) -> Row:
    """Return the columns that name the one infusion course of a case."""
    return {"study_id": case.target.id, "course_no": 1}


def written(cell: Cell) -> str:
    """Return a cell as a person would type it into a CSV file."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, Decimal):
        return f"{cell.normalize():f}"
    return cell.strftime("%H:%M") if isinstance(cell, dt.time) else str(cell)
