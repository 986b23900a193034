"""From values to pixels: linear scales of days, shares and doses, and the logarithmic one of hazard ratios."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

RATIO_TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
# A ratio beyond these is drawn as an arrow at the edge.
LEAST_RATIO, MOST_RATIO = 0.05, 20.0


@dataclass(frozen=True)
class Scale:
    """Values from `low` to `high` on pixels from `start` to `end`, which may run upwards."""

    low: float
    high: float
    start: float
    end: float
    is_log: bool = False

    def at(self, value: float) -> float:
        """Return the place of a value; one outside stands at the edge."""
        inside = min(max(value, self.low), self.high)
        if self.is_log:
            share = math.log(inside / self.low) / math.log(self.high / self.low)
        else:
            share = (inside - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)


def rounded_up(value: float) -> float:
    """Return the next of 1, 2, 3, 4, 5, 6, 8, 10 times a power of ten."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 3, 4, 5, 6, 8, 10) if step * power >= value * (1 - 1e-9))


def ratio_ticks(lowers: Sequence[float], uppers: Sequence[float]) -> tuple[float, ...]:
    """Return the ticks of a logarithmic axis that holds these limits, between 0.05 and 20, and 0.5 to 2 at least."""
    low = max(min([*lowers, 0.5]), LEAST_RATIO)
    high = min(max([*uppers, 2.0]), MOST_RATIO)
    first = max(tick for tick in RATIO_TICKS if tick <= low)
    last = min(tick for tick in RATIO_TICKS if tick >= high)
    return tuple(tick for tick in RATIO_TICKS if first <= tick <= last)
