"""Grades of CRS and ICANS by day, from what stands in the controls, beside the clinician's grade, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from registry.metadata.fields import VariableField
from registry.rules.coding import Coded
from registry.rules.crs import crs_grade, crs_rows, has_crs
from registry.rules.grading import RowGrade
from registry.rules.icans import icans_grade, icans_rows
from registry.services.derive_crs import assessed_days, first_masking_days
from registry.services.derive_icans import assessed_day
from registry.web.entry.grid import Grid
from registry.web.entry.lines import Computed, Line
from registry.web.entry.sheet import Sheet
from registry.web.entry.typed import read
from registry.web.entry.writes import ice_sum

KEY, REPORTED = "grade_computed", "grade_reported"


def preview_crs(sheet: Sheet) -> None:
    """Grade each day of a CRS episode."""
    grid = sheet.grids[0]
    course = sheet.course_of(sheet.heads[0])
    masked = first_masking_days([sheet.case.patient.pk])
    # A day on which nothing is recorded is no row, and says nothing about the days after it.
    lines = [
        (line, day) for line in grid.lines if not line.is_blank and not line.is_deleted and (day := _day(line, sheet))
    ]
    rows = [
        _values(line) | {"assessed_on": day, "episode__course_id": course.pk if course else None} for line, day in lines
    ]
    for line in grid.lines:
        line.computed[KEY] = Computed(KEY, _label(grid))
    for (line, _on), (_row, day) in zip(lines, assessed_days(rows, masked), strict=True):
        no_crs = _("no fever, and no CRS with hidden fever before this day") if has_crs(day) is False else ""
        _show(grid, line, crs_grade(day), crs_rows(day), no_crs)


def preview_icans(sheet: Sheet) -> None:
    """Grade each day of an ICANS episode."""
    grid, patient = sheet.grids[0], sheet.case.patient
    course = sheet.course_of(sheet.heads[0])
    known = {
        "episode__course__infused_on": course.infused_on if course else dt.date.max,
        "episode__course__patient__birth_year": patient.birth_year,
        "episode__course__patient__age_at_infusion": patient.age_at_infusion,
        "episode__course__patient__has_developmental_delay": patient.has_developmental_delay,
    }
    for line in grid.lines:
        if line.is_blank:
            line.computed[KEY] = Computed(KEY, _label(grid))
            continue
        day = assessed_day(_values(line) | known)
        _show(grid, line, icans_grade(day), icans_rows(day), "")


def _day(line: Line, sheet: Sheet) -> dt.date | None:
    field: Any = line.topic.model._meta.get_field("assessed_on")
    return read(field, line.hidden.get("assessed_on", ""), sheet.setting).value


def _values(line: Line) -> dict[str, Any]:
    """Return the fields of a row with what stands in its controls; fields without one are empty."""
    entered = {field.name: None for field in line.topic.entered_fields}
    typed = {name: box.state.value for name, box in line.boxes.items()}
    missing = {name: box.state.reason for name, box in line.boxes.items() if box.state.reason}
    values = {**entered, **typed, "missing": missing}
    if (total := ice_sum(line)) is not None:
        values["ice_total"] = total
        line.boxes["ice_total"].echo = "" if line.value("ice_total") == total else f"= {total}"
    return values


def _label(grid: Grid) -> str:
    field: VariableField = grid.topic.model._meta.get_field(KEY)  # type: ignore[assignment]
    return str(field.verbose_name)


def _show(grid: Grid, line: Line, grade: int | None, rows: Mapping[Any, RowGrade], no_grade: str) -> None:
    """Put the grade into its cell; where it differs from the clinician's, say so and why under the row."""
    reported = line.value(REPORTED)
    computed = Computed(KEY, _label(grid), "" if grade is None else str(grade))
    line.computed[KEY] = computed
    if grade is None:
        computed.tone = "waits"
        computed.title = _("Waits for: %(rows)s") % {"rows": _listed(row for row, g in rows.items() if not g.is_known)}
        return
    computed.title = no_grade or _("From: %(rows)s") % {"rows": _listed(_deciding(grade, rows))}
    if reported is not None and reported != grade:
        computed.text, computed.tone = f"{grade} ≠ {reported}", "differs"
        words = _("Day %(day)s: the values give grade %(grade)s (%(why)s), but grade %(reported)s is recorded. "
                  "Correct one of them, or explain in the note.")  # fmt: skip
        why = no_grade or _listed(_deciding(grade, rows))
        line.says.append(words % {"day": line.title, "grade": grade, "why": why, "reported": reported})


def _deciding(grade: int, rows: Mapping[Any, RowGrade]) -> list[Coded]:
    """Return the rows of the table that give the grade; all of them where nothing was found."""
    return [row for row, found in rows.items() if found.low == grade]


def _listed(rows: Any) -> str:
    return ", ".join(_(row.label) for row in rows)
