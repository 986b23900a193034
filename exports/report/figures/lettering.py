"""How wide a text will be, and how it is broken into lines. The widths are those of Arial, in thousandths."""

from __future__ import annotations

_NARROW = {**dict.fromkeys("ijl'|", 222), **dict.fromkeys(" .,:;ft!/()[]-·\u00a0", 278), "r": 333, "I": 278}
_WIDE = {**dict.fromkeys("mM", 833), "w": 722, "W": 944, "%": 889, **dict.fromkeys("+−<>=≠≥≤", 584)}


def text_width(text: str, size: float = 12, *, bold: bool = False) -> float:
    """Return about how many pixels a text takes; a little more rather than less."""
    units = sum(_NARROW.get(letter) or _WIDE.get(letter) or (690 if letter.isupper() else 556) for letter in text)
    return round(units * size / 1000 * (1.08 if bold else 1.02), 1)


def broken(text: str, width: float, size: float = 12, *, bold: bool = False) -> list[str]:
    """Return the lines of a text that fit into a width; a single long word stays whole."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, bold=bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def shortened(text: str, width: float, size: float = 12, *, bold: bool = False) -> str:
    """Return a text, cut with an ellipsis where it does not fit."""
    if text_width(text, size, bold=bold) <= width:
        return text
    while text and text_width(text + "…", size, bold=bold) > width:
        text = text[:-1]
    return text.rstrip() + "…"
