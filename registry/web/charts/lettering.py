"""How wide a text will be, so that labels are placed where they fit. The widths are those of Arial, in thousandths."""

from __future__ import annotations

SIZE = 12
_NARROW = {**dict.fromkeys("ijl'|", 222), **dict.fromkeys(" .,:;ft!/()[]-·", 278), "r": 333, "I": 278}
_WIDE = {**dict.fromkeys("mM", 833), "w": 722, "W": 944, **dict.fromkeys("+−<>=≠≥≤", 584), "\u202f": 200}
_CAPITAL, _SMALL = 680, 545


def text_width(text: str, size: float = SIZE, *, bold: bool = False) -> float:
    """Return about how many pixels a text takes; a little more rather than less."""
    units = sum(_unit(letter) for letter in text)
    return round(units * size / 1000 * (1.08 if bold else 1.02), 1)


def _unit(letter: str) -> int:
    known = _NARROW.get(letter) or _WIDE.get(letter)
    return known or (_CAPITAL if letter.isupper() else _SMALL + 11 * letter.isdigit())
