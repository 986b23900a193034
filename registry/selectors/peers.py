"""Figures of one hospital beside those of all, without names: quartiles, rounded, and none where few contribute.

The quartiles of five hospitals are the figures of three of them, so what is shown is rounded to a grid that no single
hospital can be read off; a hospital is compared with them on the same grid.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Scale(StrEnum):
    """In what a figure is given."""

    PERCENT = "percent"
    DAYS = "days"
    PER_1000 = "per 1000"


# Below the first number, steps of the second.
_STEPS = ((5.0, 0.5), (20.0, 1.0), (200.0, 5.0), (float("inf"), 50.0))


class Beside(StrEnum):
    """How one hospital stands beside the middle half of all."""

    BETTER = "better"
    LIKE_MOST = "like most"
    WORSE = "worse"


@dataclass(frozen=True, slots=True)
class Quartiles:
    """The middle half of the hospitals lies between `low` and `high`; all three are on the grid."""

    low: float
    median: float
    high: float


def quartiles_of(values: Sequence[float], scale: Scale, *, least: int) -> Quartiles | None:
    """Return the quartiles of the figures of all hospitals on the grid, None where fewer than `least` have one.

    A quartile between two figures lies on the straight line between them (Hyndman and Fan 1996, type 7,
    DOI 10.1080/00031305.1996.10473566).
    """
    if len(values) < max(least, 2):
        return None
    low, median, high = statistics.quantiles(values, n=4, method="inclusive")
    return Quartiles(*(on_grid(value, scale) for value in (low, median, high)))


def on_grid(value: float, scale: Scale) -> float:
    """Return the nearest value of the grid: steps of 5 per cent; of days and per 1,000 half below 5, then 1, 5, 50."""
    step = 5 if scale is Scale.PERCENT else _step(abs(value))
    return float(round(value / step) * step)


def _step(value: float) -> float:
    return next(step for below, step in _STEPS if value < below)


def beside(value: float, peers: Quartiles, scale: Scale, *, is_higher_better: bool) -> Beside:
    """Tell whether a hospital lies beyond the middle half of all, and on which side."""
    own = on_grid(value, scale)
    if peers.low <= own <= peers.high:
        return Beside.LIKE_MOST
    return Beside.BETTER if (own > peers.high) is is_higher_better else Beside.WORSE
