"""The last sections: the course of each case, and the notes."""

from __future__ import annotations

from django.utils.translation import gettext as _

from exports.report.figures.swimmer import legend, swimmers
from exports.report.sections.parts import Remark, Section, figure
from exports.report.tables.cases import cases_table
from exports.report.told import Report, told


def cases_section(report: Report) -> Section:
    """Return the swimmer plot; a report with suppression has none."""
    caption = _("Course of each case from the infusion, by dose group and length of follow-up.")
    drawn = figure("cases", caption, swimmers(report), cases_table(report), legend=legend())
    absent = _("Single cases are not shown in this version of the report.") if report.get("suppressed") else ""
    return Section("cases", _("Course of each case"), tuple(drawn), absent)


def notes_section(report: Report) -> Section:
    """Return methods, definitions and limits in words."""
    found = tuple(
        Remark(told(one["heading"]), told(one["text"]), bool(one.get("provisional")))
        for one in report.get("notes") or ()
    )
    return Section("notes", _("Methods and limits"), found)
