"""Draws of missing values given complete columns: proper ones, with the uncertainty of the regression itself."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import special

from exports.survival.inputs import Floats, Ints

Matrix = npt.NDArray[np.floating[Any]]

DONORS: Final = 5
RIDGE: Final = 1e-5
PRIOR: Final = 2.5  # standard deviation of a log odds ratio per standard deviation of a column
STEPS: Final = 50


def standardised(columns: Floats) -> Floats:
    """Return an intercept and the columns at mean 0 and standard deviation 1, without those that do not vary."""
    spread = columns.std(axis=0)
    varying = spread > 1e-12 * np.maximum(np.abs(columns).max(axis=0), 1e-300)
    scaled = (columns[:, varying] - columns[:, varying].mean(axis=0)) / spread[varying]
    return np.column_stack([np.ones(len(columns)), scaled])


def matched(known: Floats, values: Floats, wanted: Floats, source: np.random.Generator) -> Floats:
    """Return, for each row of `wanted`, the observed value of one of the five people whose prediction is nearest.

    The observed are predicted by the estimate, the wanted by a draw from its distribution (Little, J Bus Econ Stat
    1988;6:287, type 1). A ridge of 1e-5 keeps columns that determine one another from breaking the regression.
    """
    gram = known.T @ known
    gram += RIDGE * np.diag(np.diag(gram))
    covariance = np.linalg.inv(gram)
    estimate = covariance @ (known.T @ values)
    residuals = values - known @ estimate
    freedom = max(len(values) - known.shape[1], 1)
    sigma = np.sqrt(residuals @ residuals / source.chisquare(freedom))
    drawn = estimate + sigma * _root(covariance) @ source.standard_normal(estimate.size)
    return np.asarray(values[_nearest(known @ estimate, wanted @ drawn, source)], dtype=np.float64)


def _nearest(predictions: Floats, wanted: Floats, source: np.random.Generator) -> Ints:
    """Return the row of one of the nearest predictions for each one wanted; equal predictions have equal chances."""
    order = np.argsort(predictions, kind="stable")
    ordered, donors = predictions[order], min(DONORS, predictions.size)
    width = min(2 * donors, ordered.size)
    start = np.clip(np.searchsorted(ordered, wanted) - donors, 0, ordered.size - width)
    window = ordered[start[:, None] + np.arange(width)]
    near = np.argsort(np.abs(window - wanted[:, None]), axis=1, kind="stable")
    rows = np.arange(wanted.size)
    chosen = window[rows, near[rows, source.integers(donors, size=wanted.size)]]
    low, high = np.searchsorted(ordered, chosen), np.searchsorted(ordered, chosen, side="right")
    return np.asarray(order[source.integers(low, high)], dtype=np.int64)


def tossed(known: Floats, values: Floats, wanted: Floats, source: np.random.Generator) -> Floats:
    """Return 0 or 1 for each row of `wanted`, from a logistic regression drawn from its distribution.

    Coefficients have a normal prior of standard deviation 2.5 (after Gelman et al., Ann Appl Stat 2008;2:1360), so that
    a column which separates 0 from 1 does not make the draws certain.
    """
    estimate, covariance = _logistic(known, values)
    drawn = estimate + _root(covariance) @ source.standard_normal(estimate.size)
    return np.asarray(source.random(len(wanted)) < special.expit(wanted @ drawn), dtype=np.float64)


def _logistic(known: Floats, values: Floats) -> tuple[Floats, Matrix]:
    """Return the posterior mode and its covariance, by Newton's method with steps of at most 1."""
    beta, penalty = np.zeros(known.shape[1]), np.full(known.shape[1], PRIOR**-2)
    penalty[0] = 0.01  # of the intercept: rare values stay rare
    for _ in range(STEPS):
        odds = known @ beta
        p = special.expit(odds)
        covariance = np.linalg.inv((known.T * (p * (1 - p))) @ known + np.diag(penalty))
        step = covariance @ (known.T @ (values - p) - penalty * beta)
        beta = beta + step / max(1.0, float(np.abs(step).max()))
        if np.abs(step).max() < 1e-8:
            break
    return beta, covariance


def _root(covariance: Matrix) -> Floats:
    return np.asarray(np.linalg.cholesky((covariance + covariance.T) / 2), dtype=np.float64)
