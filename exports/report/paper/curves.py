"""Curves over days with their bands, the numbers at risk under them, and their estimates at the days that are read."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from exports.report.figures.colours import BLUE, INK, ORANGE, RED
from exports.report.paper.canvas import footnote, sheet
from exports.report.told import ALL, HIGH, LOW

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, PLOT, LEFT, RIGHT, TOP = 120.0, 58.0, 25.0, 6.0, 10.0
AXIS_ROOM, ROW = 16.0, 4.2
Dash = tuple[float, tuple[float, ...]]
COMPETING: Final = "COMPETING"
# Groups differ by dash as well as by colour, for prints in grey.
LOOKS: Final[Mapping[str, tuple[str, Dash | str]]] = {
    HIGH: (BLUE, "-"),
    LOW: (ORANGE, (0, (5, 2))),
    ALL: (INK, "-"),
    COMPETING: (RED, (0, (4, 1.5, 1, 1.5))),
}


@dataclass(frozen=True)
class Line:
    """One curve: its look (a group, or COMPETING), its words, its steps; who is at risk when, under which name."""

    look: str
    label: str
    curve: Mapping[str, Sequence[float | None]]
    last: float | None = None
    at_risk: Sequence[Mapping[str, Any]] = ()
    readings: Sequence[tuple[float, float]] = ()
    name: str = ""


@dataclass(frozen=True)
class Plot:
    """Curves that share their axes; `label` is a test between them, `days` are those that are read."""

    title: str
    clock: str
    share: str
    lines: tuple[Line, ...]
    note: str = ""
    label: str = ""
    days: tuple[float, ...] = field(default=())


def ticks_of(lines: Sequence[Line]) -> list[float]:
    """Return the days under which numbers at risk stand."""
    return sorted({row["day"] for line in lines for row in line.at_risk})


def curves(plot: Plot) -> Figure:
    """Return the figure of a plot: its legend above the axes, so that no curve runs through it."""
    at_risk = [line for line in plot.lines if line.at_risk]
    top, bottom = TOP + ROW * _head_rows(plot), AXIS_ROOM + ROW * (len(at_risk) + 1)
    height = top + PLOT + bottom
    figure, axes = sheet(WIDTH, height, left=LEFT, right=RIGHT, top=top, bottom=bottom)
    ticks = ticks_of(plot.lines)
    _frame(axes, plot, ticks)
    for line in plot.lines:
        _draw(axes, line, ticks[-1])
    _head(axes, plot)
    _at_risk(axes, at_risk, ticks)
    footnote(figure, plot.note)
    return figure


def _head_rows(plot: Plot) -> int:
    return len(plot.lines) + bool(plot.label)


def _head(axes: Axes, plot: Plot) -> None:
    """Write title, test and legend above the axes."""
    legend = (2 + ROW * len(plot.lines)) / PLOT
    title = (4 + ROW * _head_rows(plot)) / PLOT
    axes.text(0, 1 + title, plot.title, transform=axes.transAxes, weight="bold", size=8.5, va="bottom")
    axes.text(0, 1 + legend, plot.label, transform=axes.transAxes, va="bottom")
    place: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (-0.01, 1), "borderaxespad": 0.3}
    axes.legend(handlelength=3, labelspacing=0.35, **place)


def _frame(axes: Axes, plot: Plot, ticks: Sequence[float]) -> None:
    axes.set_xlim(0, ticks[-1])
    axes.set_ylim(0, 1)
    axes.set_xticks(list(ticks))
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], labels=["0", "25", "50", "75", "100"])
    axes.set_xlabel(plot.clock)
    axes.set_ylabel(plot.share)
    for day in plot.days:
        if 0 < day < ticks[-1]:
            axes.axvline(day, color="#9aa7b0", linewidth=0.6, linestyle=(0, (1, 2)), zorder=0)


def _draw(axes: Axes, line: Line, end: float) -> None:
    colour, dash = LOOKS[line.look]
    times, est, lower, upper = steps(line, end)
    axes.fill_between(times, lower, upper, step="post", color=colour, alpha=0.13, linewidth=0)
    axes.step(times, est, where="post", color=colour, linestyle=dash, label=line.label)
    read = [(day, value) for day, value in line.readings if day <= end]
    axes.plot(
        [day for day, _v in read], [value for _d, value in read], "o", color=colour, markersize=3.2, clip_on=False
    )


def steps(line: Line, end: float) -> tuple[list[float], list[float], list[float], list[float]]:
    """Return days and values of a step curve up to the last follow-up or the end of the axis."""
    rows = zip(*(line.curve[name] for name in ("time", "est", "lower", "upper")), strict=True)
    stop = end if line.last is None else min(end, line.last)
    kept = [[math.nan if value is None else float(value) for value in row] for row in rows]
    shown = [row for row in kept if row[0] <= stop]
    if shown and shown[-1][0] < stop:
        shown.append([stop, *shown[-1][1:]])
    times, est, lower, upper = (list(column) for column in zip(*shown, strict=True))
    return times, est, lower, upper


def _at_risk(axes: Axes, lines: Sequence[Line], ticks: Sequence[float]) -> None:
    """Write the numbers at risk in the colours of the curves, under the days."""
    if not lines:
        return
    place = axes.get_xaxis_transform()
    row = ROW / PLOT
    top = -(AXIS_ROOM - 3.5) / PLOT
    left = -(LEFT - 1.5) / (WIDTH - LEFT - RIGHT)
    axes.text(left, top, _("At risk"), transform=axes.transAxes, weight="bold", va="center")
    for number, line in enumerate(lines, start=1):
        colour = LOOKS[line.look][0]
        axes.text(left, top - number * row, line.name, transform=axes.transAxes, color=colour, va="center")
        for at in line.at_risk:
            if at["day"] in ticks and at["n"] is not None:
                axes.text(at["day"], top - number * row, str(at["n"]), transform=place, ha="center", va="center")
