"""Rows of single cases, and doses day by day: the numbers behind the swimmer plot and the dose figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from exports.report.figures.dose import LAST_DAY
from exports.report.figures.lanes import grade_runs
from exports.report.figures.swimmer import sorted_cases
from exports.report.figures.swimmer_words import ending
from exports.report.numbers import NOTHING, middle, number
from exports.report.tables.shares import group_columns, or_dash
from exports.report.tables.table import Cell, Column, Table, row, table
from exports.report.told import Report, count, group_keys, group_name, hidden


def cases_table(report: Report) -> Table | None:
    """Return a row a case, numbered as in the figure."""
    columns = [Column(label, is_number=False) for label in (
        _("Row"), _("Case"), _("Site"), _("Dose group"), _("mg/kg/day"), _("Anakinra"), _("CRS grades"),
        _("ICANS grades"), _("Resolved"), _("Last known"),
    )]  # fmt: skip
    rows = [row(number(place), *_cells(case)) for place, case in enumerate(sorted_cases(report), start=1)]
    caption = _("Course of each case, days from infusion")
    return table("cases", caption, columns, rows)


def _cells(case: Mapping[str, Any]) -> list[str]:
    return [
        case["subject"],
        or_dash(case.get("site") or ""),
        group_name(case["group"]) if case["group"] else NOTHING,
        NOTHING if case.get("dose") is None else number(round(case["dose"], 2)),
        or_dash("; ".join(_span(one) for one in case.get("anakinra") or ())),
        or_dash(_runs(case.get("crs") or ())),
        or_dash(_runs(case.get("icans") or ())),
        NOTHING if case.get("resolved") is None else number(case["resolved"]),
        ending(case),
    ]


def _span(span: Sequence[Any]) -> str:
    first, last, mg = span
    return f"{first}–{'?' if last is None else last}: {number(mg)} mg"


def _runs(days: Sequence[Sequence[Any]]) -> str:
    """Return runs of days with their grade: 3–5: 2, 6: 1."""
    runs = [(first, last, grade) for first, last, grade in grade_runs(days) if grade != 0]
    return ", ".join(
        f"{first if first == last else f'{first}–{last}'}: {'?' if grade is None else grade}"
        for first, last, grade in runs
    )


def dose_table(report: Report) -> Table | None:
    """Return the median daily dose of each group with its quartiles, day by day."""
    daily = (report.get("dose") or {}).get("daily") or ()
    rows = [
        row(number(one["day"]), *(_dose(report, one.get(key)) for key in group_keys(report)))
        for one in daily
        if 0 <= one["day"] <= LAST_DAY
    ]
    columns = [Column(_("Day from the start"), is_number=False), *group_columns(report)]
    note = _("Median [first to third quartile] of mg/day among those still treated; below it, their number.")
    return table("dose", _("Daily dose of anakinra, mg/day"), columns, rows, [note])


def _dose(report: Report, cell: Mapping[str, Any] | None) -> Cell:
    if not cell or cell.get("median") is None:
        return Cell(hidden(report), tone="quiet")
    return Cell(middle(cell), f"n = {count(report, cell.get('n'))}")
