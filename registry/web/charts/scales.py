"""Scales of values: linear for doses and most results, logarithmic where a result spans powers of ten."""

from __future__ import annotations

import math
from dataclasses import dataclass

STEPS = (1.0, 3.0)
# Steps of which the half is round as well.
NICE = (1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0)


@dataclass(frozen=True)
class Scale:
    """Values from `low` to `high` on `height` pixels, upwards. Values outside are drawn at the edge."""

    low: float
    high: float
    height: float
    ticks: tuple[float, ...]
    is_log: bool = False

    def up(self, value: float) -> float:
        """Return how far above the floor a value stands."""
        inside = min(max(value, self.low), self.high)
        if self.is_log:
            share = math.log(inside / self.low) / math.log(self.high / self.low)
        else:
            share = (inside - self.low) / (self.high - self.low)
        return round(share * self.height, 1)


def linear(highest: float, height: float) -> Scale:
    """Return a scale from 0 to a round number at or above the highest value."""
    high = _round_up(highest) if highest > 0 else 1.0
    return Scale(0.0, high, height, (high / 2, high))


def from_zero(highest: float, height: float) -> Scale:
    """Return a scale from 0 to exactly the highest value: for bars that carry their numbers."""
    return Scale(0.0, highest if highest > 0 else 1.0, height, ())


def logarithmic(lowest: float, highest: float, height: float) -> Scale:
    """Return a scale between the steps 1, 3, 10, 30 … that enclose the values; 0 counts as the lowest of the rest."""
    lowest = max(lowest, highest / 1e6, 1e-6) if highest > 0 else 1.0
    steps = _steps(lowest, max(highest, lowest))
    return Scale(steps[0], steps[-1], height, tuple(steps), is_log=True)


def _steps(lowest: float, highest: float) -> list[float]:
    first, last = math.floor(math.log10(lowest)), math.ceil(math.log10(highest))
    steps = [round(step * 10.0**power, 9) for power in range(first, last + 1) for step in STEPS]
    low = max(step for step in steps if step <= lowest)
    high = min((step for step in steps if step >= highest), default=steps[-1])
    inside = [step for step in steps if low <= step <= high]
    return inside if len(inside) > 1 else [low, low * 10]


def _round_up(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in NICE if step * power >= value * (1 - 1e-9))
