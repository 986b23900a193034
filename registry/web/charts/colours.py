"""Every colour of the charts, once: the fill of a mark, the text that stands on it, the edge that sets it off.

`static/quell/timeline.css` uses exactly these values; a test compares the two and computes their contrast, because
accessibility checkers do not judge the colours of SVG.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

INK = "#14212b"
QUIET = "#4c5b66"
WHITE = "#ffffff"
ALARM = "#a01818"


@dataclass(frozen=True)
class Paint:
    """Colours of one kind of mark. Without a text nothing is written on it, without an edge its fill sets it off."""

    fill: str
    text: str = ""
    edge: str = ""

    @property
    def outline(self) -> str:
        """Return the colour by which the mark is seen against the lane."""
        return self.edge or self.fill


LANE = Paint("#f4f6f8", text=INK)
# What text may stand on without a mark of its own: the sheet, a lane, the column of day 0.
GROUNDS: Mapping[str, Paint] = {
    "sheet": Paint(WHITE, text=INK),
    "lane": LANE,
    "zero": Paint("#d7e2e8", text=INK),
}
# One ramp for all toxicities, from white to nearly black.
MARKS: Mapping[str, Paint] = {
    "grade-0": Paint(WHITE, INK, "#6b7a85"),
    "grade-1": Paint("#fdeecb", INK, "#8a6a1f"),
    "grade-2": Paint("#f8c06a", INK, "#8f5a00"),
    "grade-3": Paint("#e07b1f", INK, "#8a4300"),
    "grade-4": Paint("#a01818", WHITE, "#6d0f0f"),
    "grade-5": Paint("#3a0610", WHITE, "#14212b"),
    "unknown": Paint(WHITE, ALARM, "#b3261e"),
    "hospital": Paint("#d3dce2", INK, "#6b7a85"),
    "icu": Paint("#5b4a8a", WHITE, "#453769"),
    "ventilation": Paint("#7a3b69", WHITE, "#5a2a4d"),
    "rrt": Paint("#386641", WHITE, "#264a2d"),
    "open": Paint(WHITE, INK, "#6b7a85"),
    "depletion": Paint("#d9dcec", INK, "#5f6796"),
    "tocilizumab": Paint("#24609b", WHITE, "#1a4a79"),
    "drug": Paint("#e4ecd9", INK, "#5a7338"),
    "steroid": Paint("#4a7fb5", edge="#2f5f91"),
    "anakinra": Paint("#0f6b60", edge="#0a4a43"),
    "dot": Paint("#2d3a45"),
    "ring": Paint(WHITE, edge="#2d3a45"),
    "outcome": Paint(INK),
    "death": Paint("#6d0f0f"),
    "flag": Paint(WHITE, "#b3261e", "#b3261e"),
}
LINES: Mapping[str, str] = {"course": "#2d3a45", "wrong": "#b3261e"}
# Lines that only guide the eye: nothing is lost with them, so they need no contrast.
GUIDES: Mapping[str, str] = {"week": "#c3ccd3", "level": "#d7dee3"}
TEXTS: Mapping[str, str] = {"ink": INK, "quiet": QUIET, "alarm": ALARM}


def luminance(colour: str) -> float:
    """Return the relative luminance of #rrggbb as WCAG 2.2 defines it."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
