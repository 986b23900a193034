"""The profile interval of one coefficient: where the penalised likelihood has fallen by half a chi-squared quantile."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import numpy as np
from scipy import optimize, special

from exports.survival.cox_risk_sets import RiskSets
from exports.survival.errors import NotEstimable
from exports.survival.firth_likelihood import Penalised, maximised

FALL: Final = float(special.chdtri(1, 0.05))
WIDENINGS: Final = 12
SLACK: Final = 1e-6


def profile_limits(sets: RiskSets, best: Penalised, column: int) -> tuple[float, float]:
    """Return the limits (95 %) of a coefficient per standard deviation; nan for one that cannot be found."""
    width = float(np.sqrt(np.linalg.inv(best.information)[column, column]))
    return _limit(sets, best, column, -width), _limit(sets, best, column, width)


def _limit(sets: RiskSets, best: Penalised, column: int, width: float) -> float:
    excess, near = _excess(sets, best, column), float(best.beta[column])
    try:
        for _ in range(WIDENINGS):
            far = near + width
            if excess(far) > 0:
                return _crossing(excess, near, far)
            near, width = far, width * 1.5
    except NotEstimable:
        return math.nan
    return math.nan


def _crossing(excess: Callable[[float], float], near: float, far: float) -> float:
    """Return where the excess is 0; nan where it jumps past 0, as it does at the end of the arithmetic."""
    root = float(optimize.brentq(excess, near, far, xtol=1e-10, rtol=1e-12))
    return root if abs(excess(root)) < SLACK else math.nan


def _excess(sets: RiskSets, best: Penalised, column: int) -> Callable[[float], float]:
    """Return how far the fall of the profile lies beyond the quantile; each maximum starts from the one before."""
    latest = best.beta.copy()

    def excess(value: float) -> float:
        start = latest.copy()
        start[column] = value
        there = maximised(sets, (), start=start, held=column)
        latest[:] = there.beta
        return 2 * (best.value - there.value) - FALL

    return excess
