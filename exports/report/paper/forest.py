"""Forest plots: the hazard ratios of one endpoint with their intervals on a logarithmic axis, numbers beside them."""

from __future__ import annotations

from collections.abc import Sequence
from math import log10
from textwrap import shorten
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from exports.report.figures.colours import BLUE, INK
from exports.report.figures.forest import ForestRow, Model, forest_rows
from exports.report.figures.scales import ratio_ticks
from exports.report.numbers import decimal, p_value, ratio_between
from exports.report.paper.canvas import footnote, sheet
from exports.report.told import Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, ROW, LEFT, RIGHT, TOP, BOTTOM = 184.0, 5.2, 100.0, 42.0, 14.0, 14.0
# More letters than these would run into the counts.
LONGEST: Final = 66
MOST_TICKS: Final = 7


def rows_of(report: Report, models: Sequence[Model]) -> list[ForestRow]:
    """Return the rows of the models of one endpoint and cause, univariable first."""
    return [*forest_rows(report, models, "univariable"), *forest_rows(report, models, "multivariable")]


def forest_plot(rows: Sequence[ForestRow], title: str, note: str) -> Figure:
    """Return the plot of these rows; an interval that goes on beyond the axis ends in an arrow."""
    height = TOP + BOTTOM + ROW * len(rows)
    figure, axes = sheet(WIDTH, height, left=LEFT, right=RIGHT, top=TOP, bottom=BOTTOM)
    _frame(axes, rows)
    for place, row in enumerate(rows):
        _words(axes, place, row)
        if row.is_drawn:
            _interval(axes, place, row)
    figure.text(2 / WIDTH, 1 - 5 / height, title, weight="bold", size=8.5)
    footnote(figure, note)
    return figure


def _frame(axes: Axes, rows: Sequence[ForestRow]) -> None:
    drawn = [row for row in rows if row.is_drawn]
    ticks = ratio_ticks([row.lower for row in drawn if row.lower], [row.upper for row in drawn if row.upper])
    axes.set_xscale("log")
    axes.set_xlim(ticks[0], ticks[-1])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xticks(list(ticks), labels=_labels(ticks))
    axes.minorticks_off()
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.axvline(1, color=INK, linewidth=0.8)
    axes.set_xlabel(_("Hazard ratio (95 % interval), logarithmic scale"))
    for at, words, side in ((_at(LEFT - 2), _("Covariate"), "left"), (-0.03, _("Events/n"), "right"),
                            (1.04, _("HR (95 % CI)"), "left"), (_end(), _("P"), "right")):  # fmt: skip
        axes.text(at, 1 + 1.2 / max(len(rows), 1) * 0.4, words, transform=axes.transAxes, ha=side, weight="bold")


def _labels(ticks: Sequence[float]) -> list[str]:
    """Return the labels of the axis; of many, the powers of ten alone."""
    shown = ticks if len(ticks) <= MOST_TICKS else [tick for tick in ticks if log10(tick).is_integer()]
    return [decimal(tick, 0 if tick >= 1 else 1 if tick >= 0.1 else 2) if tick in shown else "" for tick in ticks]


def _at(mm: float) -> float:
    """Return the place so many millimetres left of the axes, in parts of their width."""
    return -mm / (WIDTH - LEFT - RIGHT)


def _end() -> float:
    return 1 + (RIGHT - 2) / (WIDTH - LEFT - RIGHT)


def _words(axes: Axes, place: int, row: ForestRow) -> None:
    across = axes.get_yaxis_transform()
    weight = "bold" if row.is_heading else "normal"
    label = shorten(row.label, LONGEST, placeholder="…")
    axes.text(_at(LEFT - 2), place, label, transform=across, va="center", weight=weight)
    if row.is_heading:
        return
    axes.text(-0.03, place, row.counts, transform=across, va="center", ha="right")
    axes.text(1.04, place, row.words or ratio_between(row.hr, row.lower, row.upper), transform=across, va="center")
    if row.p is not None:
        axes.text(_end(), place, p_value(row.p), transform=across, va="center", ha="right")


def _interval(axes: Axes, place: int, row: ForestRow) -> None:
    low, high = axes.get_xlim()
    lower, upper, hr = float(row.lower or 0), float(row.upper or 0), float(row.hr or 0)
    axes.plot([max(lower, low), min(upper, high)], [place, place], color=INK, linewidth=1)
    for is_cut, at, arrow in ((lower < low, low, "<"), (upper > high, high, ">")):
        if is_cut:
            axes.plot([at], [place], arrow, color=INK, markersize=3.5, clip_on=False)
    if low <= hr <= high:
        axes.plot([hr], [place], "D" if row.is_joint else "s", color=INK if row.is_joint else BLUE, markersize=4)
