"""The partial likelihood of Cox with Efron's or Breslow's handling of ties, strata and delayed entry.

Cox DR, J R Stat Soc B 1972;34:187; Efron B, J Am Stat Assoc 1977;72:557; Breslow N, Biometrics 1974;30:89. All sums are
over arrays sorted once: no loop runs over event times.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from exports.survival.cox_risk_sets import RiskSets
from exports.survival.inputs import Floats

# A risk set whose weights sum to less, relative to the heaviest subject of the stratum, is beyond the arithmetic.
LEAST: Final = 1e-140


@dataclass(frozen=True, eq=False)
class Point:
    """The likelihood at one coefficient vector: sums of the K risk sets and of the events tied in each.

    `inverse` is, per event, 1 / (risk sum less the share of the tied events); weights are relative to their stratum.
    """

    sets: RiskSets
    weights: Floats
    at_risk: Floats
    tied: Floats
    inverse: Floats
    loglik: float


def point(sets: RiskSets, beta: Floats) -> Point:
    """Return the likelihood at `beta` (scaled as `sets`); loglik is -inf where a risk set underflows."""
    eta = _linear(sets, beta)
    weights = np.exp(eta)
    at_risk, tied = accumulated(sets, sets.moments * weights)
    denominator = at_risk[0, sets.event_set] - sets.fraction * tied[0, sets.event_set]
    if not (denominator > LEAST).all():
        return Point(sets, weights, at_risk, tied, np.zeros_like(denominator), -np.inf)
    loglik = float(eta[sets.event_rows].sum() - np.log(denominator).sum())
    return Point(sets, weights, at_risk, tied, 1 / denominator, loglik)


def _linear(sets: RiskSets, beta: Floats) -> Floats:
    """Return the linear predictors less the largest of the stratum: the likelihood is the same, nothing overflows."""
    eta = beta @ sets.covariates
    largest = np.maximum.reduceat(eta, sets.stratum_starts)
    return np.asarray(eta - (largest[0] if largest.size == 1 else largest[sets.stratum]), dtype=np.float64)


def accumulated(sets: RiskSets, values: Floats) -> tuple[Floats, Floats]:
    """Return sums of `values` (kinds, rows) over the K risk sets, and over the events tied at each event time."""
    totals = np.add.reduceat(values, sets.starts, axis=1)
    if sets.late_rows.size:
        totals[:, sets.late_sets] -= np.add.reduceat(values.take(sets.late_rows, axis=1), sets.late_starts, axis=1)
    for start, stop in sets.spans:
        totals[:, start:stop] = np.cumsum(totals[:, start:stop][:, ::-1], axis=1)[:, ::-1]
    if not sets.fraction.any():
        return totals, np.zeros_like(totals)
    return totals, np.add.reduceat(values.take(sets.event_rows, axis=1), sets.event_starts, axis=1)


def score(at: Point, weight: Floats | None = None) -> Floats:
    """Return the sum over events of weight * (x - mean of the risk set); `weight` is per event time."""
    sets, width = at.sets, len(at.sets.covariates)
    share, tied_share = _per_set(at, at.inverse, weight), _per_set(at, at.inverse * sets.fraction, weight)
    events = np.add.reduceat(sets.covariates.take(sets.event_rows, axis=1), sets.event_starts, axis=1)
    observed = events.sum(axis=1) if weight is None else events @ weight
    first = slice(1, 1 + width)
    return np.asarray(observed - at.at_risk[first] @ share + at.tied[first] @ tied_share, dtype=np.float64)


def information(at: Point, weight: Floats | None = None) -> Floats:
    """Return the sum over events of weight * (variance of x in the risk set); `weight` is per event time."""
    fraction, inverse, width = at.sets.fraction, at.inverse, len(at.sets.covariates)
    share, tied_share = _per_set(at, inverse, weight), _per_set(at, inverse * fraction, weight)
    products = at.at_risk[1 + width :] @ share - at.tied[1 + width :] @ tied_share
    square = inverse * inverse
    mean, tied = at.at_risk[1 : 1 + width], at.tied[1 : 1 + width]
    crossed = (mean * _per_set(at, square * fraction, weight)) @ tied.T
    outer = (mean * _per_set(at, square, weight)) @ mean.T - crossed - crossed.T
    outer += (tied * _per_set(at, square * fraction * fraction, weight)) @ tied.T
    return symmetric(products, width) - outer


def _per_set(at: Point, values: Floats, weight: Floats | None) -> Floats:
    sums = np.add.reduceat(values, at.sets.event_starts)
    return np.asarray(sums if weight is None else sums * weight, dtype=np.float64)


def symmetric(triangle: Floats, width: int) -> Floats:
    """Return the symmetric matrix (width, width, ...) of an upper triangle in row order."""
    matrix = np.empty((width, width, *triangle.shape[1:]))
    first, second = np.triu_indices(width)
    matrix[first, second] = triangle
    matrix[second, first] = triangle
    return matrix
