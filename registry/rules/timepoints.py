"""Which sample stands for a time point: the window in days around its origin and the choice inside it.

The rule for PRE_LD, the latest sample before the first dose, is that of the CIBMTR forms manual; the widths of the
windows are our own convention.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from registry.rules.labs import Timepoint


class Origin(StrEnum):
    """The event from which the days of a window are counted."""

    LYMPHODEPLETION = "LYMPHODEPLETION"
    INFUSION = "INFUSION"
    ANAKINRA = "ANAKINRA"


class Pick(StrEnum):
    """Which of several samples in a window is taken."""

    LATEST = "LATEST"
    NEAREST = "NEAREST"


@dataclass(frozen=True, slots=True)
class Window:
    """Days from the origin, both ends included, and the day that the time point means."""

    origin: Origin
    first_day: int
    last_day: int
    pick: Pick
    nominal_day: int = 0


def _after_anakinra(day: int, tolerance_days: int) -> Window:
    return Window(Origin.ANAKINRA, day - tolerance_days, day + tolerance_days, Pick.NEAREST, day)


WINDOWS: Mapping[Timepoint, Window] = {
    Timepoint.PRE_LD: Window(Origin.LYMPHODEPLETION, -14, 0, Pick.LATEST),
    Timepoint.INFUSION: Window(Origin.INFUSION, -1, 0, Pick.LATEST),
    Timepoint.ANAKINRA_START: Window(Origin.ANAKINRA, -1, 0, Pick.LATEST),
    Timepoint.A1: _after_anakinra(1, 1),
    Timepoint.A2: _after_anakinra(2, 1),
    Timepoint.A3: _after_anakinra(3, 1),
    Timepoint.A5: _after_anakinra(5, 1),
    Timepoint.A7: _after_anakinra(7, 2),
    Timepoint.A14: _after_anakinra(14, 2),
    Timepoint.A28: _after_anakinra(28, 2),
}

V = TypeVar("V")


def pick_sample(timepoint: Timepoint, samples: Iterable[tuple[int, V]]) -> V | None:
    """Return the value that stands for a time point from (day from the window's origin, value); nothing if none.

    Of two samples equally near, the earlier one is taken. PEAK and OTHER have no window: KeyError.
    """
    window = WINDOWS[timepoint]
    inside = [sample for sample in samples if window.first_day <= sample[0] <= window.last_day]
    if not inside:
        return None
    if window.pick == Pick.LATEST:
        return max(inside, key=lambda sample: sample[0])[1]
    return min(inside, key=lambda sample: (abs(sample[0] - window.nominal_day), sample[0]))[1]
