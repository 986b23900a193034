"""Lymphodepletion: the chemotherapy before the cells, as a bar."""

from __future__ import annotations

from django.utils.translation import gettext as _

from registry.rules.infusion import LymphodepletionRegimen
from registry.web.charts.bars import ROW, Stretch, packed
from registry.web.charts.days import Column, DayText
from registry.web.charts.moments import days_from
from registry.web.charts.shapes import Lane, Mark
from registry.web.charts.sheet import Sheet, joined


def regimen_names(code: str | None) -> tuple[str, ...]:
    """Return the names of a lymphodepletion regimen from long to short."""
    match code:
        case LymphodepletionRegimen.FLU_CY:
            return ("Flu/Cy", "F/C")
        case LymphodepletionRegimen.FLU:
            return (_("Fludarabine"), "Flu")
        case LymphodepletionRegimen.CY:
            return (_("Cyclophosphamide"), "Cy")
        case LymphodepletionRegimen.BENDAMUSTINE:
            return (_("Bendamustine"), _("Benda"))
    return (_("Lymphodepletion"), "LD")


def depletion_lane(sheet: Sheet) -> Lane:
    """Return lymphodepletion as a bar."""
    course = sheet.rows.course
    marks: list[Mark] = []
    if course.ld_started_on:
        last = course.ld_ended_on or course.ld_started_on
        names = regimen_names(course.ld_regimen)
        words = str(course.get_ld_regimen_display() or "")
        open_end = "" if course.ld_ended_on else _("last day not recorded")
        title = joined([_("Lymphodepletion"), words, sheet.days(course.ld_started_on, last), open_end])
        wrong = sheet.is_wrong(course.pk, course.ld_started_on, last)
        stretch = Stretch(
            "depletion", course.ld_started_on, last, names, title, sheet.url(course), bool(open_end), wrong
        )
        marks, _rows = packed(sheet.axis, [stretch])
    return Lane("depletion", _("Lymphodepletion"), "", ROW, tuple(marks), gap=10)


def depletion_column(sheet: Sheet) -> Column:
    """Return the days of lymphodepletion."""
    course = sheet.rows.course
    if not course.ld_started_on:
        return Column(_("Lymphodepletion"), "")
    text = DayText(regimen_names(course.ld_regimen)[0], str(course.ld_regimen or ""), sheet.url(course))
    days = days_from(course.ld_started_on, course.ld_ended_on)
    return Column(_("Lymphodepletion"), "", dict.fromkeys(days, text), is_stretch=True)
