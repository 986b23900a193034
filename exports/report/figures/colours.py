"""Every colour and dash of the figures, once. The style sheet holds what `rules` returns; a test compares the two.

Groups differ by colour, dash and mark: blue and burnt orange stay apart for people who see red and green alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

INK, QUIET, WHITE = "#14212b", "#4c5b66", "#ffffff"
BLUE, ORANGE, RED = "#0b4f6c", "#a8500a", "#a01818"


@dataclass(frozen=True)
class Paint:
    """Colours of one kind of shape or text; sizes are pixels."""

    fill: str = "none"
    stroke: str = ""
    width: float = 0
    dash: str = ""
    opacity: float = 1
    size: float = 0
    is_bold: bool = False


GRADES: Final[Mapping[str, Paint]] = {
    "grade-1": Paint("#fdeecb", "#8a6a1f", 0.8),
    "grade-2": Paint("#f8c06a", "#8f5a00", 0.8),
    "grade-3": Paint("#e07b1f", "#8a4300", 0.8),
    "grade-4": Paint(RED, "#6d0f0f", 0.8),
    "grade-5": Paint("#3a0610", INK, 0.8),
    "grade-unknown": Paint(WHITE, "#b3261e", 1, "2 1.5"),
}
LINES: Final[Mapping[str, Paint]] = {
    "axis": Paint(stroke=QUIET, width=1),
    "guide": Paint(stroke="#d7dee3", width=1),
    "read": Paint(stroke="#9aa7b0", width=1, dash="2 3"),
    "unity": Paint(stroke=INK, width=1.2),
    "rule": Paint(stroke="#c3ccd3", width=1),
    "whisker": Paint(stroke=INK, width=1.5),
    "follow": Paint(stroke="#6b7a85", width=1.4),
    "high": Paint(stroke=BLUE, width=2.2),
    "low": Paint(stroke=ORANGE, width=2.2, dash="7 3"),
    "all": Paint(stroke=INK, width=1.8),
    "all-thin": Paint(stroke=QUIET, width=1.3, dash="1.5 2.5"),
    "other": Paint(stroke=RED, width=1.8, dash="6 3 1.5 3"),
}
AREAS: Final[Mapping[str, Paint]] = {
    "high-band": Paint(BLUE, opacity=0.16),
    "low-band": Paint(ORANGE, opacity=0.16),
    "all-band": Paint(QUIET, opacity=0.16),
    "other-band": Paint(RED, opacity=0.12),
    "lane": Paint("#f4f6f8"),
}
MARKS: Final[Mapping[str, Paint]] = {
    "high-mark": Paint(BLUE, WHITE, 1),
    "low-mark": Paint(ORANGE, WHITE, 1),
    "all-mark": Paint(INK, WHITE, 1),
    "other-mark": Paint(WHITE, RED, 1.6),
    "high-bar": Paint("#7fa9bd", BLUE, 1),
    "low-bar": Paint("#e3b48a", ORANGE, 1),
    "all-bar": Paint("#c3ccd3", QUIET, 1),
    "estimate": Paint(BLUE, WHITE, 0.8),
    "estimate-joint": Paint(INK, WHITE, 0.8),
    "anakinra": Paint("#0f6b60", "#0a4a43", 0.6),
    "resolved": Paint(WHITE, "#17633c", 2),
    "relapse": Paint("#5b4a8a", WHITE, 0.8),
    "trm": Paint(RED, WHITE, 0.8),
    "death": Paint(WHITE, INK, 1.2),
    "arrow": Paint(INK),
    "onward": Paint("#6b7a85"),
}
WORDS: Final[Mapping[str, Paint]] = {
    "title": Paint(INK, size=13, is_bold=True),
    "text": Paint(INK, size=12),
    "bold": Paint(INK, size=12, is_bold=True),
    "quiet": Paint(QUIET, size=11),
    "tick": Paint(INK, size=11),
    "high-text": Paint(BLUE, size=12, is_bold=True),
    "low-text": Paint("#8a4207", size=12, is_bold=True),
    "all-text": Paint(INK, size=12, is_bold=True),
    "all-thin-text": Paint(QUIET, size=12, is_bold=True),
    "other-text": Paint(RED, size=12, is_bold=True),
    "digit": Paint(INK, size=9, is_bold=True),
    "digit-light": Paint(WHITE, size=9, is_bold=True),
    "row": Paint(QUIET, size=10),
}
SHAPES: Final[Mapping[str, Paint]] = {**LINES, **AREAS, **GRADES, **MARKS}


def rules() -> str:
    """Return the rules of the style sheet, one a kind."""
    shapes = [f".fg-{kind} {{ {_shape(paint)} }}" for kind, paint in SHAPES.items()]
    return "\n".join([*shapes, *(f".fg .fg-{kind} {{ {_word(paint)} }}" for kind, paint in WORDS.items())])


def _shape(paint: Paint) -> str:
    parts = [f"fill: {paint.fill};"]
    if paint.stroke:
        parts.append(f"stroke: {paint.stroke}; stroke-width: {paint.width:g}px;")
    if paint.dash:
        parts.append(f"stroke-dasharray: {paint.dash};")
    if paint.opacity < 1:
        parts.append(f"fill-opacity: {paint.opacity:g};")
    return " ".join(parts)


def _word(paint: Paint) -> str:
    return f"fill: {paint.fill}; font-size: {paint.size:g}px;{' font-weight: bold;' if paint.is_bold else ''}"
