"""Sensitivity analyses: the primary figure beside what another choice finds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from exports.report.numbers import NOTHING, p_said, percent_between, ratio_between
from exports.report.tables.table import Cell, Column, Kind, Row, Table, heading, row, table
from exports.report.told import Report, count, hidden, told

GROUPS: Final[Mapping[str, str]] = {
    "delayed_entry": gettext_noop("Risk from the start of anakinra on (delayed entry)"),
    "variant_b": gettext_noop("Non-relapse mortality instead of treatment-related"),
    "dose_rule": gettext_noop("Another dose decides on the group"),
    "stratified": gettext_noop("Stratified by site"),
    "leave_one_out": gettext_noop("One site left out at a time"),
    "imputation": gettext_noop("Missing covariates imputed"),
    "class_unknown": gettext_noop("Deaths of unknown class counted otherwise"),
    "reduced": gettext_noop("Fewer covariates"),
}


def sensitivity_table(report: Report) -> Table | None:
    """Return every analysis, under the heading of its group."""
    columns = [Column(_("Analysis"), is_number=False), Column(_("Quantity"), is_number=False), Column(_("Primary")),
               Column(_("Found")), Column(_("Events/n"))]  # fmt: skip
    note = _("Hazard ratios and percentages with 95 % intervals; P by Wald test below, where there is one.")
    return table("sensitivity", _("Primary figures beside those of other choices"), columns, _rows(report), [note])


def _rows(report: Report) -> Iterator[Row]:
    before = None
    for one in report.get("sensitivity") or ():
        if one["group"] != before:
            yield heading(_(GROUPS[one["group"]]) if one["group"] in GROUPS else told(one["group"]))
        before = one["group"]
        figures = (_figure(report, one.get("primary")), _found(report, one))
        yield row(
            told(one["label"]),
            told(one["quantity"]),
            *figures,
            _counts(report, one),
            note=told(one.get("note")),
            kind=Kind.PART,
        )


def _counts(report: Report, one: Mapping[str, Any]) -> str:
    events, n = one.get("events"), one.get("n")
    return hidden(report) if events is None and n is None else f"{count(report, events)}/{count(report, n)}"


def _found(report: Report, one: Mapping[str, Any]) -> Cell:
    error = one.get("error") or (one.get("found") or {}).get("error")
    if error:
        return Cell(_("not estimable"), told(error["words"] if "advice" in error else error), "quiet")
    return _figure(report, one.get("found"))


def _figure(report: Report, figure: Mapping[str, Any] | None) -> Cell:
    if not figure or figure.get("est") is None:
        return Cell(hidden(report) if report.get("suppressed") else NOTHING, tone="quiet")
    limits = (figure["est"], figure.get("lower"), figure.get("upper"))
    shown = percent_between(*limits) if figure.get("kind") == "percent" else ratio_between(*limits)
    p = figure.get("p")
    return Cell(shown, p_said(p) if p is not None else "")
