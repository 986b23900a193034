"""The partial likelihood plus half the log determinant of its information, its slope, and its maximum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from exports.survival.cox_likelihood import Point, accumulated, information, point, score, symmetric
from exports.survival.cox_newton import HALVINGS, STEP, not_converged, refuse_collinear
from exports.survival.cox_risk_sets import RiskSets
from exports.survival.inputs import Floats, Ints

ITERATIONS: Final = 200
# An information smaller than this, per event, is a difference of sums lost in rounding.
ROUNDING: Final = 1e-13
GAIN: Final = 1e-15
FEWER: Final = "Use fewer covariates, or combine levels."
# A step may move nobody's log hazard by more than this: where information is small, Newton's step is wild.
FARTHEST: Final = 3.0


@dataclass(frozen=True, eq=False)
class Penalised:
    """The penalised log-likelihood at a coefficient vector (per standard deviation), -inf where it is undefined."""

    beta: Floats
    at: Point
    information: Floats
    value: float


def penalised(sets: RiskSets, beta: Floats) -> Penalised:
    """Return the penalised log-likelihood at `beta`."""
    at = point(sets, beta)
    if not np.isfinite(at.loglik):
        return Penalised(beta, at, np.full((beta.size, beta.size), np.nan), -np.inf)
    known = information(at)
    roots = np.linalg.eigvalsh(known)
    if not roots[0] > ROUNDING * sets.event_rows.size:
        return Penalised(beta, at, known, -np.inf)
    return Penalised(beta, at, known, at.loglik + float(np.log(roots).sum()) / 2)


def maximised(
    sets: RiskSets, names: tuple[str, ...], *, start: Floats | None = None, held: int | None = None
) -> Penalised:
    """Return the maximum from `start` (0 where none), with the coefficient `held`, if any, left as it is.

    Quasi-Newton (BFGS) from the information of the likelihood. Raises NotEstimable: SINGULAR (names the column, when
    starting at 0) or NOT_CONVERGED.
    """
    here = penalised(sets, np.zeros(len(names)) if start is None else start)
    if start is None:
        refuse_collinear(here.information, names, sets.event_rows.size)
    free = np.array([column for column in range(here.beta.size) if column != held], dtype=np.int64)
    return here if free.size == 0 else _climbed(here, free)


def _climbed(here: Penalised, free: Ints) -> Penalised:
    if not np.isfinite(here.value):
        raise not_converged(FEWER)
    gradient, inverse = _slope(here)[free], _inverse(here, free)
    for _ in range(ITERATIONS):
        step = inverse @ gradient
        if np.abs(step).max() < STEP or float(gradient @ step) < GAIN * (1 + abs(here.value)):
            return here
        ahead = _ascended(here, free, step)
        slope = _slope(ahead)[free]
        updated = _updated(inverse, (ahead.beta - here.beta)[free], gradient - slope)
        inverse = _inverse(ahead, free) if updated is None else updated
        here, gradient = ahead, slope
    raise not_converged(FEWER)


def _inverse(here: Penalised, free: Ints) -> Floats:
    return np.asarray(np.linalg.inv(here.information[np.ix_(free, free)]), dtype=np.float64)


def _updated(inverse: Floats, moved: Floats, fall: Floats) -> Floats | None:
    """Return the inverse curvature after a step that moved the coefficients and let the slope fall; None if convex."""
    curvature = float(moved @ fall)
    if curvature <= 1e-12 * float(np.linalg.norm(moved) * np.linalg.norm(fall)):
        return None
    left = np.eye(moved.size) - np.outer(moved, fall) / curvature
    return np.asarray(left @ inverse @ left.T + np.outer(moved, moved) / curvature, dtype=np.float64)


def _ascended(here: Penalised, free: Ints, step: Floats) -> Penalised:
    """Return the end of the step, shortened where it is wild and halved until the penalised likelihood rises."""
    whole = np.zeros_like(here.beta)
    whole[free] = step
    whole *= FARTHEST / max(FARTHEST, float(np.abs(whole @ here.at.sets.covariates).max()))
    least = here.value - 1e-13 * (1 + abs(here.value))
    for _ in range(HALVINGS):
        ahead = penalised(here.at.sets, here.beta + whole)
        if ahead.value >= least:
            return ahead
        whole = whole / 2
    raise not_converged(FEWER)


def _slope(here: Penalised) -> Floats:
    """Return the derivative of the penalised log-likelihood: score + trace(V dI/dbeta) / 2, V the inverse of I.

    dI/dbeta_a is the sum over events of the third central moments of the risk set.
    """
    at, inverse = here.at, np.linalg.inv(here.information)
    x = at.sets.covariates
    square = np.einsum("ar,ar->r", x, inverse @ x)
    raw = _per_event(at, *accumulated(at.sets, np.concatenate([square[None], x * square]) * at.weights))
    moments = _per_event(at, at.at_risk[1:], at.tied[1:])
    mean, second = moments[: len(x)], symmetric(moments[len(x) :], len(x))
    turned = inverse @ mean
    product = np.einsum("abe,be->ae", second, turned) - mean * (mean * turned).sum(axis=0)
    third = raw[1:] - mean * raw[0] - 2 * product
    return np.asarray(score(at) + third.sum(axis=1) / 2, dtype=np.float64)


def _per_event(at: Point, at_risk: Floats, tied: Floats) -> Floats:
    """Return means over the risk set of each event, tied events being weighted down as the ties are handled."""
    chosen = at.sets.event_set
    return np.asarray((at_risk[:, chosen] - at.sets.fraction * tied[:, chosen]) * at.inverse, dtype=np.float64)
