"""Numbers as a reader of the report sees them: rounded once, with the decimal sign of the active language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from django.utils.formats import get_format, number_format

from exports.report.wording import fixed

# What stands where there is no number.
NOTHING: Final = "–"
SMALLEST_P: Final = 0.001
SMALLEST_RATIO, LARGEST_RATIO = 0.01, 100.0
# From here on thousands are set apart; a year never reaches it.
GROUPED_FROM: Final = 10_000
_POINT = re.compile(r"(?<=\d)\.(?=\d)")
_HYPHEN = re.compile(r"(?<=\d)-(?=\d)")


def decimal(value: float | None, places: int) -> str:
    """Return a number with fixed decimals; a dash where there is none."""
    if value is None:
        return NOTHING
    rounded = Decimal(fixed(value, places))
    shown = number_format(rounded, places, use_l10n=True, force_grouping=abs(rounded) >= GROUPED_FROM)
    return shown.replace("-", "−")


def number(value: float | None) -> str:
    """Return a measurement with as many decimals as its size asks for, at most two, none of them 0 at the end."""
    if value is None:
        return NOTHING
    size = abs(value)
    return shortest(value, 0 if size >= 1000 else 1 if size >= 10 else 2)


def shortest(value: float, most: int = 2) -> str:
    """Return a number with at most so many decimals and without zeros at the end."""
    rounded = Decimal(fixed(value, most))
    return decimal(
        value, next(places for places in range(most + 1) if places == most or round(rounded, places) == rounded)
    )


def percent(share: float | None, places: int = 0) -> str:
    """Return a fraction from 0 to 1 as a percentage."""
    return NOTHING if share is None else f"{decimal(100 * share, places)}\u00a0%"


def between(lower: float | None, upper: float | None, places: int = 0) -> str:
    """Return the limits of a percentage from fractions, without the sign; nothing where a limit is not estimable."""
    if lower is None or upper is None:
        return ""
    return f"{decimal(100 * lower, places)}–{decimal(100 * upper, places)}"


def percent_between(est: float | None, lower: float | None, upper: float | None, places: int = 0) -> str:
    """Return a percentage with its 95 % interval: 47 % (20–70); the interval is left out where it does not exist."""
    inside = between(lower, upper, places)
    return f"{percent(est, places)} ({inside})" if inside and est is not None else percent(est, places)


def ratio(value: float | None) -> str:
    """Return a hazard ratio with two decimals; beyond what two decimals can tell, the bound."""
    if value is None:
        return NOTHING
    if value < SMALLEST_RATIO:
        return f"<{decimal(SMALLEST_RATIO, 2)}"
    return decimal(value, 2) if value < LARGEST_RATIO else f">{decimal(LARGEST_RATIO, 0)}"


def ratio_between(value: float | None, lower: float | None, upper: float | None) -> str:
    """Return a hazard ratio with its 95 % interval: 2.19 (0.94–5.12)."""
    if value is None or lower is None or upper is None:
        return ratio(value)
    return f"{ratio(value)} ({ratio(lower)}–{ratio(upper)})"


def p_value(p: float | None) -> str:
    """Return a P value with three decimals; below 0.001 only that."""
    if p is None:
        return NOTHING
    return f"<{decimal(SMALLEST_P, 3)}" if p < SMALLEST_P else decimal(p, 3)


def p_said(p: float | None) -> str:
    """Return a P value with its sign: P = 0.041, P < 0.001."""
    shown = p_value(p)
    return f"P < {shown[1:]}" if shown.startswith("<") else f"P = {shown}"


def middle(cell: Mapping[str, Any]) -> str:
    """Return a median with its quartiles, 62 [54–70]; without them where they are not there."""
    if cell.get("q1") is None or cell.get("q3") is None:
        return number(cell["median"])
    return f"{number(cell['median'])} [{number(cell['q1'])}–{number(cell['q3'])}]"


def days_between(median: float | None, lower: float | None, upper: float | None, reached: str) -> str:
    """Return a median time in days with its interval; `reached` stands for a time that was not reached."""
    if median is None:
        return reached
    ends = [NOTHING if end is None else number(end) for end in (lower, upper)]
    return number(median) if ends == [NOTHING, NOTHING] else f"{number(median)} ({'–'.join(_open(ends, reached))})"


def _open(ends: list[str], reached: str) -> list[str]:
    return [reached if end == NOTHING else end for end in ends]


def localised(text: str) -> str:
    """Return a text that quotes figures, such as "2.19 (0.94-5.12)", with the decimal sign of the active language."""
    return _HYPHEN.sub("–", _POINT.sub(str(get_format("DECIMAL_SEPARATOR")), text)).replace(" %", "\u00a0%")
