"""IEC-HS: its episodes as bars that carry the highest grade (provisional)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from registry.web.charts.bars import ROW, Stretch, packed
from registry.web.charts.days import Column, DayText
from registry.web.charts.moments import day_of, days_from
from registry.web.charts.shapes import Lane
from registry.web.charts.sheet import Sheet, joined


def iechs_lane(sheet: Sheet) -> Lane | None:
    """Return the episodes of IEC-HS with their highest grade, or nothing where there was none."""
    stretches = [stretch for row in sheet.rows.iechs_episodes if (stretch := _iechs(sheet, row))]
    if not stretches:
        return None
    marks, rows = packed(sheet.axis, stretches)
    return Lane("iechs", _("IEC-HS"), _("highest grade, provisional"), rows * ROW + 8, tuple(marks), gap=4)


def iechs_grade(row: Any) -> int | None:
    """Return the clinician's highest grade, or the computed one."""
    return row.grade_computed if row.max_grade is None else row.max_grade


def _iechs(sheet: Sheet, row: Any) -> Stretch | None:
    first = day_of(row, "onset_on")
    if first is None:
        return None
    last, grade = day_of(row, "resolved_on"), iechs_grade(row)
    kind = "unknown" if grade is None else f"grade-{grade}"
    is_open = last is None
    ends = max(last or first, first)
    words = _("IEC-HS grade %(grade)s (provisional)") % {"grade": "?" if grade is None else grade}
    title = joined([words, sheet.days(first, ends), _("last day not recorded") if is_open else ""])
    names = (_("grade %(grade)s") % {"grade": "?" if grade is None else grade}, "?" if grade is None else str(grade))
    return Stretch(kind, first, ends, names, title, sheet.url(row), False, sheet.is_wrong(row.pk, first, ends))


def iechs_column(sheet: Sheet) -> Column | None:
    """Return the days of IEC-HS with its highest grade, or nothing where there was none."""
    values: dict[dt.date, DayText] = {}
    for row in sheet.rows.iechs_episodes:
        if first := day_of(row, "onset_on"):
            text = "?" if (grade := iechs_grade(row)) is None else str(grade)
            values |= dict.fromkeys(days_from(first, day_of(row, "resolved_on")), DayText(text, text, sheet.url(row)))
    return Column(_("IEC-HS"), _("highest grade, provisional"), values, is_stretch=True) if values else None
