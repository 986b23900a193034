"""The score test of proportional hazards: is there a coefficient of g(t) * x beside the one of x?

Grambsch PM, Therneau TM, Biometrika 1994;81:515, as an exact score test of the extended model (no approximation of the
variance). A large p is no evidence that hazards are proportional where events are few.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from exports.survival.cox_input import CoxInput
from exports.survival.cox_likelihood import Point, information, point, score
from exports.survival.cox_result import CoxFit, Test, chi_squared
from exports.survival.cox_risk_sets import RiskSets, risk_sets
from exports.survival.errors import TOO_FEW, NotEstimable
from exports.survival.inputs import Floats, refused

GLOBAL = "GLOBAL"
# Of the information of g(t) * x; below it what x leaves of it is rounding, and the test would be noise.
SMALLEST_SHARE: Final = 1e-10


def proportional_hazards_test(fit: CoxFit, transform: str = "km") -> dict[str, Test]:
    """Return the test of each term and of all together (GLOBAL); g is km, identity, rank or log of time.

    km is 1 - S(t-) of the model's own event. A term has no test where the data do not determine its coefficient over
    time. Raises NotEstimable: BAD_INPUT for an unknown transform or the logarithm of an event on day 0; TOO_FEW where
    all events fall on one time.
    """
    sets = risk_sets(fit.found)
    at = point(sets, fit.coef * sets.scale)
    slope, variance, scale = _extended(at, _centred(_transformed(fit.found, sets, transform), sets))
    blocks = {**fit.terms, GLOBAL: tuple(range(fit.parameters))}
    return {
        term: _tested(slope, variance, columns)
        for term, columns in blocks.items()
        if _is_determined(variance, scale, columns)
    }


def _extended(at: Point, weight: Floats) -> tuple[Floats, Floats, Floats]:
    """Return score and variance of the coefficients of g(t) * x given those of x, and their information without."""
    crossed = information(at, weight)
    own = information(at, weight * weight)
    return score(at, weight), own - crossed @ np.linalg.solve(information(at), crossed), np.diag(own)


def _is_determined(variance: Floats, scale: Floats, columns: Sequence[int]) -> bool:
    """Say whether more than rounding is left of the variance: nothing is where a level is at risk at one time only."""
    place = list(columns)
    length = np.sqrt(np.where(scale[place] > 0, scale[place], 1.0))
    block = variance[np.ix_(place, place)] / np.outer(length, length)
    return bool(np.linalg.eigvalsh((block + block.T) / 2)[0] > SMALLEST_SHARE)


def _tested(slope: Floats, variance: Floats, columns: tuple[int, ...]) -> Test:
    part, block = slope[list(columns)], variance[np.ix_(columns, columns)]
    return chi_squared(float(part @ np.linalg.solve(block, part)), len(columns))


def _centred(values: Floats, sets: RiskSets) -> Floats:
    centred = values - np.average(values, weights=sets.deaths)
    if not np.abs(centred).max() > 1e-12 * np.abs(values).max(initial=1):
        raise NotEstimable(TOO_FEW, "All events fall on one time.", "Proportionality cannot be tested.")
    return np.asarray(centred, dtype=np.float64)


def _transformed(found: CoxInput, sets: RiskSets, transform: str) -> Floats:
    if transform == "km":
        return _failed_before(found, sets.times)
    if transform == "rank":
        return _ranks(found.time, sets.times)
    if transform == "log":
        return _logarithms(sets.times)
    if transform == "identity":
        return sets.times
    raise refused(f"There is no transform {transform}.", "Use km, identity, rank or log.")


def _failed_before(found: CoxInput, times: Floats) -> Floats:
    """Return 1 - S(t-), S being the Kaplan-Meier curve of all strata together."""
    distinct, deaths = np.unique(found.time[found.event], return_counts=True)
    at_risk = found.time.size - np.searchsorted(np.sort(found.time), distinct)
    if found.entry is not None:
        at_risk = at_risk - (found.time.size - np.searchsorted(np.sort(found.entry), distinct))
    surviving = np.concatenate([[1.0], np.cumprod(1 - deaths / at_risk)])
    return np.asarray(1 - surviving[np.searchsorted(distinct, times)], dtype=np.float64)


def _ranks(ends: Floats, times: Floats) -> Floats:
    """Return the mean rank of the times among the ends of follow-up of everybody, censored or not."""
    distinct, ties = np.unique(ends, return_counts=True)
    ranks = np.cumsum(ties) - (ties - 1) / 2
    return np.asarray(ranks[np.searchsorted(distinct, times)], dtype=np.float64)


def _logarithms(times: Floats) -> Floats:
    if (times <= 0).any():
        raise refused("An event on day 0 has no logarithm of time.", "Use the transform km.")
    return np.asarray(np.log(times), dtype=np.float64)
