"""Who is analysed: the steps from the release to the analysis, classes, sites, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from exports.report.numbers import days_between, number, percent
from exports.report.tables.shares import or_dash
from exports.report.tables.table import Column, Table, row, sentence, table
from exports.report.told import ALL, Report, count, group_name, told


@dataclass(frozen=True)
class Step:
    """One box of the flow: its words, its count, and what was left out on the way to it."""

    words: str
    count: str
    left: tuple[tuple[str, str], ...] = ()


def flow_steps(report: Report) -> tuple[Step, ...]:
    """Return the boxes of the flow from above; the dose groups are told by `classes`."""
    flow = report.get("flow") or {}
    if not flow:
        return ()
    entered = Step(
        _("Cases in the release"), count(report, flow.get("entered")), _left(report, flow, "frozen_excluded")
    )
    analysed = Step(_("Cases analysed"), count(report, flow.get("analysed")), _left(report, flow, "left"))
    return entered, analysed


def _left(report: Report, flow: Mapping[str, Any], name: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        (told(one["label"]), count(report, one["patients"])) for one in flow.get(name) or () if one["patients"] != 0
    )


def flow_classes(report: Report) -> tuple[tuple[str, str], ...]:
    """Return the dose classes with their counts, the last level of the flow."""
    classes = (report.get("flow") or {}).get("classes") or ()
    return tuple((told(one["label"]), count(report, one["patients"])) for one in classes)


def unclassified_table(report: Report) -> Table | None:
    """Return the cases whose dose is in no group, each with the reason."""
    listed = [one for group in (report.get("flow") or {}).get("classes") or () for one in group.get("listed") or ()]
    columns = [Column(_("Case"), is_number=False), Column(_("Dose, mg/day")), Column(_("Route"), is_number=False),
               Column(_("Why in no dose group"), is_number=False)]  # fmt: skip
    rows = [
        row(one["subject"], number(one["dose"]), or_dash(told(one["route"])), or_dash(told(one["why"])))
        for one in listed
    ]
    return table("unclassified", _("Cases in no dose group"), columns, rows)


def sites_table(report: Report) -> Table | None:
    """Return the cases of each site."""
    columns = [Column(_("Site"), is_number=False), Column(_("Cases"))]
    rows = [row(one["site"], count(report, one["patients"])) for one in (report.get("flow") or {}).get("sites") or ()]
    return table("sites", _("Cases by site"), columns, rows)


def missing_table(report: Report) -> Table | None:
    """Return the variables of the models that are not complete; a row of words where all are."""
    listed = (report.get("flow") or {}).get("missing") or ()
    columns = [Column(_("Variable"), is_number=False), Column(_("Cases")), Column(_("Missing")), Column("%")]
    rows = [
        row(_with_unit(one), count(report, one["n"]), count(report, one["missing"]), _part(one["missing"], one["n"]))
        for one in listed
        if one["missing"] != 0
    ]
    whole = [sentence(_("Every variable of the models is complete."))] if listed and not rows else []
    return table("missing", _("Missing values of the variables of the models"), columns, [*rows, *whole])


def without_time_table(report: Report) -> Table | None:
    """Return the cases that an endpoint cannot use, with the reason."""
    columns = [Column(_("Endpoint"), is_number=False), Column(_("Reason"), is_number=False), Column(_("Cases"))]
    rows = [
        row(told(one["label"]), told(one.get("words") or one["reason"]), count(report, one["patients"]))
        for one in (report.get("flow") or {}).get("without_time") or ()
    ]
    return table("without-time", _("Cases without a time for an endpoint"), columns, rows)


def follow_up(report: Report) -> str:
    """Return the median follow-up in words, empty where it is not known."""
    found = (report.get("flow") or {}).get("follow_up")
    if not found or found.get("median") is None:
        return ""
    values = {"median": days_between(found["median"], found["lower"], found["upper"], _("not reached")),
              "group": group_name(ALL)}  # fmt: skip
    return _("Median follow-up from infusion %(median)s days (reverse Kaplan-Meier, 95 %% interval).") % values


def _with_unit(one: Mapping[str, Any]) -> str:
    label, unit = told(one["label"]), told(one.get("unit"))
    return f"{label}, {unit}" if unit else label


def _part(missing: int | None, n: int | None) -> str:
    return percent(missing / n) if missing is not None and n else or_dash("")
