"""What was given and what came of it apart from time: doses, safety, response."""

from __future__ import annotations

from django.utils.translation import gettext as _

from exports.report.figures.dose import dose_lines
from exports.report.figures.response import response_bars
from exports.report.sections.parts import Section, figure, tables
from exports.report.tables.cases import dose_table
from exports.report.tables.safety import events_table, response_table, safety_table, stop_table
from exports.report.told import Report


def dose_section(report: Report) -> Section:
    """Return the daily dose over time."""
    caption = _("Daily dose of anakinra: median and middle half of each dose group among those still treated.")
    return Section(
        "dose", _("Anakinra given"), tuple(figure("dose", caption, [dose_lines(report)], dose_table(report)))
    )


def safety_section(report: Report) -> Section:
    """Return side effects, the end of treatment, infections."""
    found = tables(safety_table(report), events_table(report), stop_table(report))
    return Section("safety", _("Safety of anakinra"), tuple(found))


def response_section(report: Report) -> Section:
    """Return the response to the CAR-T cells."""
    bars = response_bars(report)
    caption = _("Overall response to the CAR-T cells with exact 95 % intervals.")
    drawn = figure("response", caption, [bars]) if bars else []
    return Section("response", _("Response to the CAR-T cells"), (*drawn, *tables(response_table(report))))
