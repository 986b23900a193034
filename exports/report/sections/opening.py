"""The first sections: the published figures, who is analysed, the cases before treatment."""

from __future__ import annotations

from django.utils.translation import gettext as _

from exports.report.sections.parts import Flow, Part, Section, tables, words
from exports.report.tables.abstract import abstract_table
from exports.report.tables.baseline import baseline_table
from exports.report.tables.flow import (
    flow_classes,
    flow_steps,
    follow_up,
    missing_table,
    sites_table,
    unclassified_table,
    without_time_table,
)
from exports.report.told import Report


def published_section(report: Report) -> Section:
    """Return the lines of the published abstract beside those of this report."""
    lead = _("The abstract is that of Gazeau et al., Transplant Cell Ther 2023, DOI 10.1016/j.jtct.2023.04.001.")
    found = tables(abstract_table(report), is_numbered=False)
    return Section("published", _("Beside the published abstract"), (*words(lead if found else ""), *found))


def flow_section(report: Report) -> Section:
    """Return the flow of cases, follow-up, sites and missing values."""
    steps = flow_steps(report)
    drawn: list[Part] = [Flow(steps, flow_classes(report))] if steps else []
    found = (unclassified_table(report), missing_table(report), without_time_table(report))
    more = [*tables(*found, is_numbered=False), *tables(sites_table(report), is_folded=True)]
    return Section("flow", _("Cases analysed"), (*drawn, *words(follow_up(report)), *more))


def baseline_section(report: Report) -> Section:
    """Return Table 1."""
    return Section("baseline", _("Before treatment"), tuple(tables(baseline_table(report))))
