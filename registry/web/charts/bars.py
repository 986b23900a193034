"""Bars along the days: a stretch of care, a drug, an episode, with its name inside or, where it is short, beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from registry.web.charts.axis import Axis
from registry.web.charts.lettering import text_width
from registry.web.charts.shapes import Anchor, Label, Mark, first_that_fits

ROW = 20


@dataclass(frozen=True)
class Stretch:
    """What a bar stands for: its days, its names from long to short, its words. The last day may be unknown."""

    kind: str
    first: dt.date
    last: dt.date
    names: Sequence[str]
    title: str
    url: str
    is_open: bool = False
    is_wrong: bool = False


def visible(axis: Axis, stretches: Sequence[Stretch]) -> list[Stretch]:
    """Return the stretches of which at least a day is on the axis."""
    return [stretch for stretch in stretches if stretch.first <= axis.last and stretch.last >= axis.first]


def bar(axis: Axis, stretch: Stretch, row: int = 0) -> Mark:
    """Return the bar of a stretch, cut off at the ends of the axis; its name goes inside only if it fits."""
    left, right = edges(axis, stretch)
    y, width = row * ROW + 1, round(right - left, 1)
    kind = "open" if stretch.is_open else stretch.kind
    name = first_that_fits(stretch.names, width, bold=True)
    middle = Label(round(left + width / 2, 1), y + 13, name, kind=kind, is_bold=True)
    labels = (middle,) if name else ()
    return Mark(kind, left, y, width, ROW - 2, stretch.title, stretch.url, labels, is_wrong=stretch.is_wrong)


def edges(axis: Axis, stretch: Stretch) -> tuple[float, float]:
    """Return where the bar of a stretch begins and ends."""
    left, right = axis.x(max(stretch.first, axis.first)), axis.right(min(stretch.last, axis.last))
    return round(left + 0.5, 1), round(right - 0.5, 1)


def packed(axis: Axis, stretches: Sequence[Stretch]) -> tuple[list[Mark], int]:
    """Return the bars in as few rows as hold them and their names, and the number of rows."""
    marks: list[Mark] = []
    taken: list[list[tuple[float, float]]] = []
    for stretch in visible(axis, stretches):
        left, right = edges(axis, stretch)
        label = None
        if not first_that_fits(stretch.names, right - left, bold=True):
            label, left, right = _beside(axis, stretch, left, right)
        row = _free_row(taken, left, right)
        mark = bar(axis, stretch, row)
        marks.append(_named(mark, label, row) if label else mark)
    return marks, max(len(taken), 1)


def _beside(axis: Axis, stretch: Stretch, left: float, right: float) -> tuple[Label, float, float]:
    """Put the name to the right of the bar, or to its left where the sheet ends."""
    name = stretch.names[0] if stretch.names else ""
    width = text_width(name) + 4
    if right + width <= axis.width:
        return Label(round(right + 4, 1), 0, name, Anchor.START), left, right + width
    return Label(round(left - 4, 1), 0, name, Anchor.END), left - width, right


def _named(mark: Mark, label: Label, row: int) -> Mark:
    return replace(mark, labels=(replace(label, y=row * ROW + 14),))


def _free_row(taken: list[list[tuple[float, float]]], left: float, right: float) -> int:
    for number, spans in enumerate(taken):
        if all(right < start - 2 or left > end + 2 for start, end in spans):
            spans.append((left, right))
            return number
    taken.append([(left, right)])
    return len(taken) - 1
