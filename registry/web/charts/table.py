"""The same values as a table, a row a day and a column a lane; and as a file with decimal points in every language."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from registry.intake.downloads import safe_cell
from registry.web.charts.axis import signed
from registry.web.charts.days import Column, DayText
from registry.web.charts.sheet import Sheet


@dataclass(frozen=True)
class Line:
    """One day: its number, its date, and a cell for each column, empty where nothing is recorded."""

    number: str
    on: dt.date
    cells: list[tuple[Column, DayText | None]]


def table_lines(sheet: Sheet, columns: Sequence[Column]) -> list[Line]:
    """Return every day shown and every other day of which something is recorded."""
    shown = [column for column in columns if column.in_table]
    return [
        Line(signed(sheet.axis.number(on)), on, [(column, column.values.get(on)) for column in shown])
        for on in _days(sheet, shown)
    ]


def _days(sheet: Sheet, columns: Sequence[Column]) -> list[dt.date]:
    own = (
        on for column in columns if not column.is_stretch for on, text in column.values.items() if not text.is_absent
    )
    return sorted({*sheet.axis.all_days(), *own})


def timeline_file(sheet: Sheet, study_id: str, columns: Sequence[Column], counted_from: str) -> bytes:
    """Return the days as CSV with the mark by which spreadsheet programs know UTF-8; a cell is never a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    written = [column for column in columns if column.in_file]
    heads = [_("Case"), counted_from, _("Date"), *(_head(column) for column in written)]
    writer.writerow([safe_cell(head) for head in heads])
    for on in _days(sheet, written):
        cells = [column.values[on].plain if on in column.values else "" for column in written]
        row = [study_id, str(sheet.axis.number(on)), on.isoformat(), *cells]
        writer.writerow([safe_cell(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def _head(column: Column) -> str:
    return f"{column.title} ({column.unit})" if column.unit else column.title
