"""Two results, number by number."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

IGNORED: Final = ("warnings",)  # the other program's own words


@dataclass(frozen=True)
class Compared:
    """One number of a result: where it is, what was expected and found, their distance relative to max(1, |expected|).

    Anything that is not the same kind of thing, such as a number for "not estimable", is infinitely far.
    """

    path: str
    expected: Any
    found: Any
    deviation: float


def compared(expected: Any, found: Any, path: str = "") -> Iterator[Compared]:
    """Yield every number, word and null of two nested results."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in [*expected, *(key for key in found if key not in expected)]:
            if key not in IGNORED:
                yield from compared(expected.get(key, "(nothing)"), found.get(key, "(nothing)"), f"{path}.{key}")
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for i, pair in enumerate(zip(expected, found, strict=True)):
            yield from compared(*pair, f"{path}[{i}]")
    else:
        yield Compared(path.lstrip("."), expected, found, _deviation(expected, found))


def _deviation(expected: Any, found: Any) -> float:
    if _is_number(expected) and _is_number(found):
        distance = abs(found - expected) / max(1.0, abs(expected))
        return math.inf if math.isnan(distance) else distance
    return 0.0 if type(expected) is type(found) and expected == found else math.inf


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
