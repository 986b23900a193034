"""Columns by dose group, and the cells of shares and counts in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from exports.report.numbers import NOTHING, percent, percent_between
from exports.report.tables.table import Cell, Column
from exports.report.told import Report, count, group_keys, group_name, hidden

Share = Mapping[str, Any]


def group_columns(report: Report) -> tuple[Column, ...]:
    """Return a column for each group, with its size."""
    sizes = {group["key"]: group.get("n") for group in report.get("groups") or ()}
    return tuple(
        Column(group_name(key), _("n = %(n)s") % {"n": count(report, sizes[key])}) for key in group_keys(report)
    )


def share_cell(report: Report, share: Share | None) -> Cell:
    """Return a share: counts, and below them the percentage with its exact interval."""
    if not share or share.get("count") is None or share.get("of") is None:
        return Cell(hidden(report), tone="quiet")
    if share["of"] == 0:
        return Cell("0/0", tone="quiet")
    counts = f"{count(report, share['count'])}/{count(report, share['of'])}"
    return Cell(counts, percent_between(share["est"], share["lower"], share["upper"]))


def share_cells(report: Report, by_group: Mapping[str, Share] | None) -> list[Cell]:
    """Return the shares of all groups in the order of the columns."""
    return [share_cell(report, (by_group or {}).get(key)) for key in group_keys(report)]


def counted(report: Report, n: int | None, of: int | None = None) -> Cell:
    """Return a count with the percentage of a whole, where that is known: 23 (82 %)."""
    if n is None:
        return Cell(hidden(report), tone="quiet")
    return Cell(f"{count(report, n)} ({percent(n / of)})" if of else count(report, n))


def counted_cells(
    report: Report, counts: Mapping[str, Any] | None, sizes: Mapping[str, Any] | None = None
) -> list[Cell]:
    """Return counts of all groups, as they are or of a whole."""
    of = sizes or {}
    return [counted(report, (counts or {}).get(key), of.get(key)) for key in group_keys(report)]


def group_sizes(report: Report) -> dict[str, int | None]:
    """Return the number of cases of each group."""
    return {group["key"]: group.get("n") for group in report.get("groups") or ()}


def or_dash(text: str) -> str:
    """Return a text, or a dash for an empty one."""
    return text or NOTHING
