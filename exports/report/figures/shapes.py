"""What a figure is made of: lines, areas, boxes, dots and words, each of a kind that names its colours and dashes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """A line through points, or an area where it is closed; `title` is told when the pointer rests on it."""

    kind: str
    points: tuple[Point, ...]
    is_closed: bool = False
    title: str = ""
    form: str = "line"

    @property
    def path(self) -> str:
        """Return the path as SVG writes it, with decimal points in every language."""
        drawn = "L".join(f"{x:.1f} {y:.1f}" for x, y in self.points)
        return f"M{drawn}{'Z' if self.is_closed else ''}"


@dataclass(frozen=True)
class Box:
    """A rectangle."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    title: str = ""
    form: str = "box"


@dataclass(frozen=True)
class Dot:
    """A disc or a ring."""

    kind: str
    x: float
    y: float
    radius: float
    title: str = ""
    form: str = "dot"


@dataclass(frozen=True)
class Word:
    """A text: `anchor` says which end of it stands at x (start, middle, end)."""

    kind: str
    x: float
    y: float
    text: str
    anchor: str = "start"
    form: str = "word"


Shape = Line | Box | Dot | Word


@dataclass(frozen=True)
class Drawing:
    """One picture with its title and its description in one sentence, for those who do not see it."""

    id: str
    title: str
    desc: str
    width: float
    height: float
    shapes: tuple[Shape, ...]


@dataclass(frozen=True)
class Key:
    """One entry of a legend: a small picture and its words."""

    shapes: tuple[Shape, ...]
    words: str
    width: float = 26
    height: float = 16


def line(kind: str, *points: Point, title: str = "") -> Line:
    """Return an open line, rounded to a tenth of a pixel."""
    return Line(kind, tuple(_rounded(points)), title=title)


def area(kind: str, points: Iterable[Point], title: str = "") -> Line:
    """Return a closed area."""
    return Line(kind, tuple(_rounded(points)), is_closed=True, title=title)


def diamond(kind: str, x: float, y: float, half: float, title: str = "") -> Line:
    """Return a diamond around a point."""
    return area(kind, [(x - half, y), (x, y - half), (x + half, y), (x, y + half)], title)


def square(kind: str, x: float, y: float, half: float, title: str = "") -> Box:
    """Return a square around a point."""
    return Box(kind, round(x - half, 1), round(y - half, 1), round(2 * half, 1), round(2 * half, 1), title)


def triangle(kind: str, x: float, y: float, half: float, title: str = "") -> Line:
    """Return a triangle that points upwards."""
    return area(kind, [(x - half, y + half), (x, y - half), (x + half, y + half)], title)


def saltire(kind: str, x: float, y: float, half: float, title: str = "") -> Line:
    """Return a cross with slanting arms."""
    a, b = half, half * 0.35
    points = [(-a, -a + b), (-a + b, -a), (0, -b), (a - b, -a), (a, -a + b), (b, 0), (a, a - b), (a - b, a), (0, b),
              (-a + b, a), (-a, a - b), (-b, 0)]  # fmt: skip
    return area(kind, [(x + dx, y + dy) for dx, dy in points], title)


def _rounded(points: Iterable[Point]) -> Iterable[Point]:
    return ((round(x, 1), round(y, 1)) for x, y in points)
