"""How far two groups differ in a variable, in standard deviations: it does not depend on how many people there are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from exports.survival.errors import ONE_GROUP, TOO_FEW, NotEstimable
from exports.survival.inputs import Floats, Labels
from exports.survival.observed import labelled, measured

NOTHING: Final = 1e-12


def standardised_difference(
    values: Sequence[Any] | npt.NDArray[Any], group: Labels, kind: Literal["numeric", "categorical"] = "numeric"
) -> float:
    """Return the difference of two groups over the pooled standard deviation; rows missing either value are left out.

    Numeric: mean of the first group (in sorted order) less that of the second, over the root of the mean variance
    (Austin, Stat Med 2009;28:3083). Categorical: the distance of Mahalanobis between the two sets of proportions, which
    has no sign (Yang and Dalton, SAS Global Forum 2012, paper 335). Beyond 0.1 is commonly called imbalance.
    Raises NotEstimable: ONE_GROUP unless there are two groups, TOO_FEW where the groups differ and neither has any
    spread, BAD_INPUT.
    """
    if kind == "categorical":
        levels, numbers = labelled(values, len(values))
        first, second = _halves(numbers, numbers >= 0, group)
        return _distance(*(np.bincount(half, minlength=len(levels)) / half.size for half in (first, second)))
    found = measured(values)
    return _of_means(*_halves(found, ~np.isnan(found), group))


def _halves(values: npt.NDArray[Any], known: npt.NDArray[np.bool_], group: Labels) -> tuple[Any, Any]:
    _, codes = labelled(group, values.size)
    there = np.unique(codes[known & (codes >= 0)])
    if there.size != 2:
        raise NotEstimable(
            ONE_GROUP,
            f"{there.size} groups have values, where two are compared.",
            "Choose two groups: a standardised difference is between two.",
        )
    first, second = (values[known & (codes == code)] for code in there)
    return first, second


def _of_means(first: Floats, second: Floats) -> float:
    if min(first.size, second.size) < 2:
        raise NotEstimable(TOO_FEW, "A group has a single value, so it has no spread.", "Give the values themselves.")
    difference = float(first.mean() - second.mean())
    spread = math.sqrt((first.var(ddof=1) + second.var(ddof=1)) / 2)
    if spread == 0 and difference != 0:
        raise _no_spread()
    return difference / spread if spread else 0.0


def _distance(first: Floats, second: Floats) -> float:
    """Return the distance of two sets of proportions; one category is left out, any one gives the same."""
    gap = (first - second)[1:]
    covariance = np.mean([np.diag(p) - np.outer(p, p) for p in (first[1:], second[1:])], axis=0)
    spread, axes = np.linalg.eigh(covariance)
    along = axes.T @ gap
    flat = spread < NOTHING
    if (np.abs(along[flat]) > NOTHING**0.5).any():
        raise _no_spread()
    return float(np.sqrt((along[~flat] ** 2 / spread[~flat]).sum()))


def _no_spread() -> NotEstimable:
    return NotEstimable(
        TOO_FEW, "The groups differ, yet within them nobody does.", "Give the counts: the difference has no scale."
    )
