"""The maximum of the partial likelihood by Newton's method with step halving, and the ways in which there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from exports.survival.cox_likelihood import Point, information, point, score
from exports.survival.cox_risk_sets import RiskSets, constant
from exports.survival.errors import MONOTONE, NOT_CONVERGED, SINGULAR, NotEstimable
from exports.survival.inputs import Floats

STEP: Final = 1e-9  # of a coefficient per standard deviation
ITERATIONS: Final = 60
HALVINGS: Final = 40
# No step moves anybody's log hazard farther: where there is little information, a full step is wild.
FARTHEST: Final = 8.0
# The likelihood has no maximum if a full step still moves somebody's log hazard by this, yet gains nothing.
REACH: Final = 0.1
GAIN: Final = 1e-9
# Log hazards that differ by this say that there is no maximum, even if the likelihood has not become flat yet.
WIDEST: Final = 200.0
WIDE: Final = 20.0  # enough to say so where the iteration has failed
COLLINEAR: Final = 1e-10
FIRTH: Final = "Use Firth's penalised likelihood, with its profile intervals, or combine the levels."


@dataclass(frozen=True, eq=False)
class Maximum:
    """Coefficients per standard deviation at the maximum, the likelihood there and at 0."""

    beta: Floats
    at: Point
    null: Point
    information: Floats
    iterations: int


def maximise(sets: RiskSets, names: tuple[str, ...]) -> Maximum:
    """Return the maximum. Raises NotEstimable: SINGULAR, MONOTONE (both name the column) or NOT_CONVERGED."""
    beta = np.zeros(len(names))
    null = at = point(sets, beta)
    known = information(at)
    refuse_collinear(known, names, sets.event_rows.size)
    for iteration in range(1, ITERATIONS + 1):
        slope = score(at)
        step = _solved(known, slope)
        moved = _reach(sets, step)
        if moved > REACH and float(slope @ step) / 2 < GAIN:
            raise monotone(sets, step, names)
        ahead = _ascended(at, beta, step * (FARTHEST / max(moved, FARTHEST)))
        if ahead is None or _reach(sets, ahead[0]) > WIDEST:
            raise _without_maximum(sets, beta, names)
        beta, at = ahead
        known = information(at)
        if np.abs(step).max() < STEP:
            return Maximum(beta, at, null, known, iteration)
    raise _without_maximum(sets, beta, names)


def _reach(sets: RiskSets, step: Floats) -> float:
    """Return how far a step moves the log hazard of the subject that it moves most; inf for a step without a value."""
    return float(np.nan_to_num(np.abs(step @ sets.covariates).max(), nan=np.inf))


def _ascended(at: Point, beta: Floats, step: Floats) -> tuple[Floats, Point] | None:
    """Return the end of the step, halved until the likelihood does not fall (rounding aside); None if it always does.

    A step without a value (nan) reaches no likelihood, and so gives None too.
    """
    least = at.loglik - 1e-12 * (1 + abs(at.loglik))
    for _ in range(HALVINGS):
        ahead = point(at.sets, beta + step)
        if ahead.loglik >= least:
            return beta + step, ahead
        step = step / 2
    return None


def _solved(known: Floats, slope: Floats) -> Floats:
    try:
        return np.asarray(np.linalg.solve(known, slope), dtype=np.float64)
    except np.linalg.LinAlgError:
        return np.full_like(slope, np.nan)


def _without_maximum(sets: RiskSets, beta: Floats, names: tuple[str, ...]) -> NotEstimable:
    return monotone(sets, beta, names) if _reach(sets, beta) > WIDE else not_converged()


def monotone(sets: RiskSets, direction: Floats, names: tuple[str, ...]) -> NotEstimable:
    """Return the error of a likelihood that rises for ever; it names the columns that move most in a direction."""
    reach = np.abs(direction) * np.abs(sets.covariates).max(axis=1)
    which = ", ".join(name for name, far in zip(names, reach, strict=True) if far > reach.max() / 4)
    return NotEstimable(
        MONOTONE,
        f"The likelihood keeps rising with the coefficient of {which}: events and non-events are separated, "
        "so the hazard ratio has no finite estimate.",
        FIRTH,
    )


def refuse_collinear(known: Floats, names: tuple[str, ...], events: int) -> None:
    """Raise NotEstimable (SINGULAR) for the first column without information beyond the columns before it."""
    spread = np.sqrt(np.maximum(np.diag(known), 0))
    for column, name in enumerate(names):
        if spread[column] ** 2 <= 1e-12 * events:
            raise constant(name)
    scaled = known / np.outer(spread, spread)
    for column, name in enumerate(names[1:], start=1):
        earlier = scaled[:column, column]
        if 1 - earlier @ np.linalg.solve(scaled[:column, :column], earlier) < COLLINEAR:
            raise NotEstimable(
                SINGULAR,
                f"{name} is determined by the columns before it ({', '.join(names[:column])}).",
                f"Leave {name} or one of those out of the model.",
            )


def not_converged(advice: str = FIRTH) -> NotEstimable:
    """Return the error of an iteration that finds no maximum."""
    return NotEstimable(NOT_CONVERGED, "The maximum of the likelihood was not found.", advice)
