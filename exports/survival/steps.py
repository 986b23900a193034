"""Reading step functions: intervals on the log(-log) scale, and where a curve crosses a half."""

from __future__ import annotations

from statistics import NormalDist
from typing import Final

import numpy as np

from exports.survival.inputs import Bools, Floats

Z95: Final = NormalDist().inv_cdf(0.975)
HALF: Final = 0.5
# Sums of fractions miss a half, or 1, by rounding alone; people would have to be counted in billions to come this near.
ROUNDING: Final = 1e-12


def log_log_limits(curve: Floats, se: Floats) -> tuple[Floats, Floats]:
    """Return the lower and upper 95 % limits of a probability, symmetric on log(-log p): p^exp(+-z se / (p log p)).

    nan where p is 0 or 1, or where it has no standard error (Kalbfleisch and Prentice 1980; Borgan and Liestol 1990).
    """
    limits = np.full((2, curve.size), np.nan)
    inside = (curve > 0) & (curve < 1) & (se > 0)
    p = curve[inside]
    width = Z95 * se[inside] / np.abs(p * np.log(p))
    limits[:, inside] = p ** np.exp([width, -width])
    return limits[0], limits[1]


def first_time(times: Floats, reached: Bools) -> float | None:
    """Return the first time at which something is reached, None where it never is."""
    where = int(np.argmax(reached))
    return float(times[where]) if reached[where] else None


def rises_to_half(times: Floats, curve: Floats) -> float | None:
    """Return the first time at which a rising curve is at least a half, None where it never is. nan is not reached."""
    return first_time(times, curve >= HALF - ROUNDING)


def falls_to_half(times: Floats, curve: Floats) -> float | None:
    """Return where a falling curve crosses a half, None where it never does. nan is not reached.

    Where it runs at exactly a half, it is the middle of that stretch: to the next fall, or to the last time.
    """
    start = first_time(times, curve <= HALF + ROUNDING)
    if start is None or curve[np.searchsorted(times, start)] < HALF - ROUNDING:
        return start
    end = first_time(times, curve < HALF - ROUNDING)
    return (start + (float(times[-1]) if end is None else end)) / 2


def known(value: float) -> float | None:
    """Return a number of a result, None where it is not defined."""
    return None if np.isnan(value) else float(value)
