"""Where a hospital stands among all: the middle half as a band, the median as a line, the hospital as a diamond."""

from __future__ import annotations

from dataclasses import dataclass

from registry.selectors.peers import Quartiles, Scale
from registry.web.charts.shapes import diamond

WIDTH, HEIGHT, EDGE = 110, 20, 7
DIAMOND = 5.5
# The band shall not touch the right end.
AIR = 1.25


@dataclass(frozen=True)
class Strip:
    """The positions of one strip, in pixels; `own` is the path of the hospital's mark."""

    low: float
    high: float
    median: float
    own: str

    @property
    def band(self) -> float:
        """Return the width of the band; one that is a point is drawn as a narrow one."""
        return max(round(self.high - self.low, 1), 2.0)


def strip_of(value: float, peers: Quartiles, scale: Scale) -> Strip:
    """Return the strip of a figure: percentages from 0 to 100, the others from 0 to beyond the larger one."""
    most = 100.0 if scale is Scale.PERCENT else max(peers.high * AIR, value, 1.0)

    def place(number: float) -> float:
        return round(EDGE + min(max(number / most, 0.0), 1.0) * (WIDTH - 2 * EDGE), 1)

    low, median, high = place(peers.low), place(peers.median), place(peers.high)
    return Strip(low, high, median, diamond(place(value), HEIGHT / 2, DIAMOND))
