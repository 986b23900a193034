"""Texts with their values kept apart, and numbers as sentences quote them: rounded here, halves away from zero.

The decimal sign is a point; `exports.report.numbers.localised` gives the text that of a language.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from django.utils.translation import gettext_noop

NOT_ESTIMABLE: Final = gettext_noop("not estimable")
NOT_REACHED: Final = gettext_noop("not reached")
# A text, or one with values in it: {"words": "… %(n)s …", "values": {"n": …}}.
Text = str | dict[str, Any]
_LARGEST_RATIO: Final = 9999.5


def text(words: str, **values: Any) -> Text:
    """Return words that are known to gettext, with the values kept apart from them."""
    return {"words": words, "values": values}


def plain(said: Text) -> str:
    """Return a text in English."""
    return said if isinstance(said, str) else str(said["words"]) % said["values"]


def fixed(value: float, places: int = 0) -> str:
    """Return a number with this many places."""
    rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return str(abs(rounded) if rounded == 0 else rounded)


def percent(est: float | None, lower: float | None = None, upper: float | None = None, *, places: int = 0) -> str:
    """Return fractions of 1 as "7 % (2-17)", without an interval where there is none."""
    if est is None:
        return NOT_ESTIMABLE
    said = f"{fixed(100 * est, places)} %"
    if lower is None or upper is None:
        return said
    return f"{said} ({fixed(100 * lower, places)}-{fixed(100 * upper, places)})"


def hazard_ratio(hr: float | None, lower: float | None = None, upper: float | None = None, *, places: int = 2) -> str:
    """Return "2.19 (0.94-5.12)"; from 100 on without places, and never as 0 or as a number of five figures."""
    if hr is None:
        return NOT_ESTIMABLE
    if lower is None or upper is None:
        return _ratio(hr, places)
    return f"{_ratio(hr, places)} ({_ratio(lower, places)}-{_ratio(upper, places)})"


def _ratio(value: float, places: int) -> str:
    smallest = 10.0**-places
    if value < smallest / 2:
        return f"<{fixed(smallest, places)}"
    if value >= _LARGEST_RATIO:
        return ">9999"
    return fixed(value, 0 if value >= 100 else places)


def p_value(p: float | None, *, places: int = 3) -> str:
    """Return a p value such as "0.069" or "<0.001"; never 0 and never 1."""
    if p is None:
        return NOT_ESTIMABLE
    smallest = 10.0**-places
    if p < smallest:
        return f"<{fixed(smallest, places)}"
    return f">{fixed(1 - smallest, places)}" if p > 1 - smallest else fixed(p, places)


def p_said(p: float | None, *, places: int = 3) -> str:
    """Return a p value with its sign: "p = 0.069", "p < 0.001"."""
    said = p_value(p, places=places)
    return f"p {said[0]} {said[1:]}" if said[0] in "<>" else f"p = {said}"


def days(value: float | None) -> str:
    """Return a number of days such as "7 d", or that it was not reached."""
    return NOT_REACHED if value is None else f"{fixed(value, 0 if float(value).is_integer() else 1)} d"
