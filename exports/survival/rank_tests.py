"""Tests by ranks, asymptotic with a correction for ties: Wilcoxon's of two groups, Kruskal and Wallis's of more."""

from __future__ import annotations

import numpy as np
from scipy import special

from exports.survival.errors import TOO_FEW, NotEstimable
from exports.survival.inputs import Bools, Floats, Ints


def wilcoxon(values: Floats, first: Bools) -> tuple[float, float]:
    """Return W (pairs in which the first group is larger, ties a half) and p, with a correction for continuity.

    Wilcoxon, Biometrics Bull 1945;1:80; Mann and Whitney, Ann Math Stat 1947;18:50.
    """
    ranks, ties = _ranks(values)
    n, n_first = values.size, int(first.sum())
    pairs = n_first * (n - n_first)
    w = float(ranks[first].sum()) - n_first * (n_first + 1) / 2
    variance = pairs / 12 * (n + 1 - ties / (n * (n - 1)))
    distance = max(abs(w - pairs / 2) - 0.5, 0.0)
    return w, float(2 * special.ndtr(-distance / np.sqrt(variance)))


def kruskal_wallis(values: Floats, group: Ints) -> tuple[float, float]:
    """Return H and p from the chi-squared distribution. Kruskal and Wallis, J Am Stat Assoc 1952;47:583."""
    ranks, ties = _ranks(values)
    n = values.size
    sizes, sums = np.bincount(group), np.bincount(group, weights=ranks)
    there = sizes > 0
    between = float((sums[there] ** 2 / sizes[there]).sum())
    h = (12 * between / (n * (n + 1)) - 3 * (n + 1)) / (1 - ties / (n**3 - n))
    return h, float(special.chdtrc(there.sum() - 1, h))


def _ranks(values: Floats) -> tuple[Floats, float]:
    """Return mid-ranks and the sum of t^3 - t over ties. Raises NotEstimable (TOO_FEW) where all values are equal."""
    distinct, place, sizes = np.unique(values, return_inverse=True, return_counts=True)
    if distinct.size < 2:
        raise NotEstimable(TOO_FEW, "All values are equal, so there are no ranks.", "Leave the test out.")
    last = np.cumsum(sizes)
    counts = sizes.astype(np.float64)
    return (last - (sizes - 1) / 2)[place], float((counts**3 - counts).sum())
