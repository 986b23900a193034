"""Outcomes over time: cumulative incidences with their competing events, survival."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from exports.report.figures.incidence import incidence_panels
from exports.report.figures.survival import survival_panels
from exports.report.sections.parts import Part, Section, Subheading, figure, tables, words
from exports.report.tables.times import curve_table, incidence_table, survival_table
from exports.report.told import Report, clock, told


def incidence_section(report: Report) -> Section:
    """Return the endpoints with a competing event, one after the other."""
    parts = [part for one in report.get("incidence") or () for part in _incidence(report, one)]
    return Section("incidence", _("Cumulative incidence"), tuple(parts))


def survival_section(report: Report) -> Section:
    """Return the Kaplan-Meier curves."""
    parts = [part for one in report.get("survival") or () for part in _survival(report, one)]
    return Section("survival", _("Survival"), tuple(parts))


def _incidence(report: Report, endpoint: Mapping[str, Any]) -> list[Part]:
    values = {
        "title": told(endpoint["title"]),
        "competing": told(endpoint["competing"]),
        "clock": clock(endpoint["origin"]),
    }
    caption = _("%(title)s. Competing event: %(competing)s. %(clock)s; bands are 95 %% intervals.") % values
    drawings = incidence_panels(endpoint)
    return [
        Subheading(f"inc-{endpoint['id']}", values["title"]),
        *words(told(endpoint.get("note"))),
        *figure(f"inc-{endpoint['id']}", caption, drawings, curve_table(report, endpoint)),
        *tables(incidence_table(report, endpoint)),
    ]


def _survival(report: Report, endpoint: Mapping[str, Any]) -> list[Part]:
    values = {"title": told(endpoint["title"]), "clock": clock(endpoint["origin"])}
    caption = _("%(title)s, Kaplan-Meier. %(clock)s; bands are 95 %% intervals.") % values
    return [
        Subheading(f"km-{endpoint['id']}", values["title"]),
        *words(told(endpoint.get("note"))),
        *figure(f"km-{endpoint['id']}", caption, survival_panels(endpoint), curve_table(report, endpoint)),
        *tables(survival_table(report, endpoint)),
    ]
