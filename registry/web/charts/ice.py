"""The ICE score by day, or CAPD where children are examined with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from registry.rules.icans import CAPD_MAX, ICE_MAX, IceAssessable
from registry.web.charts.days import Column, DayText
from registry.web.charts.grades import GradeDay
from registry.web.charts.shapes import Label, Lane, Mark
from registry.web.charts.sheet import Sheet, joined

HEIGHT = 20
NOT_POSSIBLE = "–"
Rows = Mapping[dt.date, Any]


def _scores(rows: Rows) -> list[tuple[str, str, int]]:
    """Return field, title and highest score of each score in use: ICE unless only CAPD was recorded."""
    scores = [("ice_total", _("ICE score"), ICE_MAX), ("capd", _("CAPD score"), CAPD_MAX)]
    used = [score for score in scores if any(getattr(row, score[0]) is not None for row in rows.values())]
    return used or scores[:1]


def recorded(days: Mapping[dt.date, GradeDay]) -> dict[dt.date, Any]:
    """Return the assessments of the days that have one."""
    return {on: day.row for on, day in days.items() if day.row is not None}


def score_lanes(sheet: Sheet, rows: Rows) -> list[Lane]:
    """Return the lane of each score in use."""
    return [_lane(sheet, rows, *score) for score in _scores(rows)]


def _lane(sheet: Sheet, rows: Rows, name: str, title: str, most: int) -> Lane:
    marks = [_mark(sheet, on, row, name, title) for on, row in rows.items() if sheet.axis.has(on) and _text(row, name)]
    return Lane(name.replace("_", "-"), title, f"0–{most}", HEIGHT, tuple(marks), gap=4)


def _mark(sheet: Sheet, on: dt.date, row: Any, name: str, title: str) -> Mark:
    x, text = sheet.axis.x(on), _text(row, name)
    why = str(row.get_ice_assessable_display()) if text == NOT_POSSIBLE else ""
    label = Label(sheet.axis.centre(on), HEIGHT / 2 + 4.5, text)
    return Mark(
        "bare",
        x,
        0,
        sheet.axis.day_px,
        HEIGHT,
        joined([f"{title} {text}", why, sheet.day(on)]),
        sheet.url(row),
        (label,),
    )


def _text(row: Any, name: str) -> str:
    score = getattr(row, name)
    if score is not None:
        return str(score)
    was_asked = row.ice_assessable in {IceAssessable.UNAROUSABLE, IceAssessable.OTHER}
    return NOT_POSSIBLE if was_asked and name == "ice_total" else ""


def score_columns(sheet: Sheet, rows: Rows) -> list[Column]:
    """Return a column for each score in use."""
    return [
        Column(title, f"0–{most}", {on: _day(sheet, row, name) for on, row in rows.items() if _text(row, name)}, True)
        for name, title, most in _scores(rows)
    ]


def _day(sheet: Sheet, row: Any, name: str) -> DayText:
    score = getattr(row, name)
    return DayText(_text(row, name), "" if score is None else str(score), sheet.url(row))
