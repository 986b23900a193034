"""The lines of the published abstract beside what this report finds."""

from __future__ import annotations

from django.utils.translation import gettext as _

from exports.report.numbers import localised
from exports.report.plan import Plan
from exports.report.tables.shares import or_dash
from exports.report.tables.table import Cell, Column, Table, row, table
from exports.report.told import Report, told


def abstract_table(report: Report) -> Table | None:
    """Return published and found figures side by side; None where the report holds none."""
    columns = [
        Column(_("Figure"), is_number=False),
        Column(_("Published")),
        Column(_("This report")),
        Column(_("Comparison"), is_number=False),
    ]
    # Only data built to the published figures must give them; others are free to differ.
    must_agree = report["release"].get("simulated") and Plan.of(report["plan"]) == Plan()
    tone = "bad" if must_agree else ""
    rows = [
        row(told(one["label"]), or_dash(_said(one["published"])), or_dash(_said(one["found"])), _agrees(one, tone))
        for one in report.get("abstract") or ()
    ]
    note = _("“The same” means equal after rounding as in the abstract. Percentages and ratios have 95 % intervals.")
    return table("abstract", _("Published figures and those of this report"), columns, rows, [note])


def _said(text: object) -> str:
    return localised(told(text))


def _agrees(one: object, tone: str) -> Cell:
    agrees = one["agrees"] if isinstance(one, dict) else None
    if agrees is None:
        return Cell(_("not compared"), tone="quiet")
    return Cell("✓ " + _("the same"), tone="good") if agrees else Cell("≠ " + _("differs"), tone=tone)
