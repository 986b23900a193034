"""What a chart is made of: lanes, marks in them, and their labels. Positions are pixels from a lane's upper left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from registry.web.charts.lettering import SIZE, text_width

FLAG = 6.5
TWO_LINES = 26


class Anchor(StrEnum):
    """Which end of a label its position names."""

    START = "start"
    MIDDLE = "middle"
    END = "end"


@dataclass(frozen=True)
class Label:
    """A text: `kind` names its colour ("ink", "quiet", or the mark that it stands on)."""

    x: float
    y: float
    text: str
    anchor: Anchor = Anchor.MIDDLE
    kind: str = "ink"
    is_bold: bool = False
    is_small: bool = False

    @property
    def left(self) -> float:
        """Return where the text begins."""
        width = text_width(self.text, bold=self.is_bold)
        return self.x - {Anchor.START: 0, Anchor.MIDDLE: width / 2, Anchor.END: width}[self.anchor]

    @property
    def right(self) -> float:
        """Return where the text ends."""
        return self.left + text_width(self.text, bold=self.is_bold)


@dataclass(frozen=True)
class Mark:
    """One mark that leads to its entry.

    A box has a width and height; any other shape has a `path`. `hit` is the area that answers to the pointer where the
    mark itself is small. An impossible one is outlined in red and flagged.
    """

    kind: str
    x: float
    y: float
    width: float
    height: float
    title: str
    url: str
    labels: tuple[Label, ...] = ()
    path: str = ""
    hit: tuple[float, float, float, float] | None = None
    is_wrong: bool = False
    flag_at: tuple[float, float] | None = None

    @property
    def flag(self) -> tuple[float, float]:
        """Return the centre of the flag of an impossible mark: its upper left corner where nothing else is said."""
        x, y = self.flag_at or (self.x + 3, self.y + 2)
        return max(round(x, 1), FLAG), round(y, 1)

    @property
    def flag_y(self) -> float:
        """Return the line on which the flag's exclamation mark stands."""
        return round(self.flag[1] + 3.5, 1)


@dataclass(frozen=True)
class Stroke:
    """A straight line from one sample to the next, dashed across a gap."""

    x1: float
    y1: float
    x2: float
    y2: float
    is_dashed: bool = False


@dataclass(frozen=True)
class Level:
    """A value of a lane's scale: its height in the lane and its words."""

    y: float
    text: str

    @property
    def text_y(self) -> float:
        """Return the line on which the words stand."""
        return round(self.y + 4, 1)


@dataclass(frozen=True)
class Lane:
    """One lane: its title and note at the left, its marks on the days."""

    code: str
    title: str
    note: str
    height: float
    marks: tuple[Mark, ...] = ()
    strokes: tuple[Stroke, ...] = ()
    levels: tuple[Level, ...] = ()
    labels: tuple[Label, ...] = ()
    top: float = 0
    gap: float = 6

    @property
    def title_y(self) -> float:
        """Return where the title stands: in the middle of the lane, raised where a note follows below it."""
        return round(self.height / 2 + (-1.5 if self.note and not self.is_low else 4.5), 1)

    @property
    def is_low(self) -> bool:
        """Tell whether a note has no room below the title and stands at the end of its line."""
        return self.height < TWO_LINES

    @property
    def note_y(self) -> float:
        """Return where the note stands, below the title."""
        return round(self.title_y + 13, 1)


def stacked(lanes: Iterable[Lane], top: float) -> tuple[list[Lane], float]:
    """Return the lanes one below the other and where the last one ends."""
    placed: list[Lane] = []
    for lane in lanes:
        top = round(top + lane.gap, 1)
        placed.append(replace(lane, top=top))
        top += lane.height
    return placed, round(top, 1)


def diamond(x: float, y: float, half: float) -> str:
    """Return the path of a diamond around a point."""
    return f"M{x - half:.1f} {y:.1f}L{x:.1f} {y - half:.1f}L{x + half:.1f} {y:.1f}L{x:.1f} {y + half:.1f}Z"


def cross(x: float, y: float, half: float) -> str:
    """Return the path of an upright cross around a point."""
    arm, bar = half, half / 3
    points = [(-bar, -arm), (bar, -arm), (bar, -bar), (arm, -bar), (arm, bar), (bar, bar), (bar, arm), (-bar, arm),
              (-bar, bar), (-arm, bar), (-arm, -bar), (-bar, -bar)]  # fmt: skip
    return "M" + "L".join(f"{x + dx:.1f} {y + dy:.1f}" for dx, dy in points) + "Z"


def disc(x: float, y: float, radius: float) -> str:
    """Return the path of a disc around a point."""
    return f"M{x - radius:.1f} {y:.1f}a{radius} {radius} 0 1 0 {2 * radius} 0a{radius} {radius} 0 1 0 {-2 * radius} 0Z"


def first_that_fits(texts: Iterable[str], width: float, *, bold: bool = False) -> str:
    """Return the first of the texts, from long to short, that fits into a width with a little air; else nothing."""
    return next((text for text in texts if text and text_width(text, SIZE, bold=bold) + 6 <= width), "")


def lifted(labels: Iterable[Label], line: float = 12, ceiling: float = 10) -> list[Label]:
    """Return labels, from left to right, each raised until it covers none of those before it."""
    placed: list[Label] = []
    for label in labels:
        while any(_covers(label, other, line) for other in placed) and label.y - line >= ceiling:
            label = replace(label, y=round(label.y - line, 1))
        placed.append(label)
    return placed


def _covers(label: Label, other: Label, line: float) -> bool:
    return label.left < other.right and other.left < label.right and abs(label.y - other.y) < line
