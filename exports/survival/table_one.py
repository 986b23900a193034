"""The first table of a report: each variable by group, compared by ranks or by Fisher's exact test.

How far groups differ is better told by `standardised_difference` than by p, which depends on how many people there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from exports.survival.balance import standardised_difference
from exports.survival.errors import ONE_GROUP, NotEstimable
from exports.survival.fisher import fisher
from exports.survival.inputs import Labels
from exports.survival.observed import labelled, measured
from exports.survival.rank_tests import kruskal_wallis, wilcoxon

__all__ = [
    "Comparison",
    "NumericSummary",
    "compare_categorical",
    "compare_numeric",
    "numeric_summary",
    "standardised_difference",
]


@dataclass(frozen=True)
class NumericSummary:
    """One variable in one group: `n` observed, `missing` not; quartiles of type 7, sd with n - 1. None without values,
    and for the sd of a single one.
    """

    n: int
    missing: int
    median: float | None
    q1: float | None
    q3: float | None
    min: float | None
    max: float | None
    mean: float | None
    sd: float | None


@dataclass(frozen=True)
class Comparison:
    """A test between groups: its name, its statistic (None for Fisher's, which has none) and the two-sided p."""

    test: str
    statistic: float | None
    p: float


def numeric_summary(values: Sequence[float | None] | npt.NDArray[Any]) -> NumericSummary:
    """Return the summary of a variable; None and nan are missing.

    Quantiles are type 7 of Hyndman and Fan, Am Stat 1996;50:361, the one of R and numpy. Raises NotEstimable
    (BAD_INPUT) for anything but numbers.
    """
    found, rows = measured(values), len(values)
    seen = found[~np.isnan(found)]
    if not seen.size:
        return NumericSummary(0, rows, None, None, None, None, None, None, None)
    least, q1, median, q3, most = map(float, np.quantile(seen, (0, 0.25, 0.5, 0.75, 1)))
    sd = float(seen.std(ddof=1)) if seen.size > 1 else None
    return NumericSummary(seen.size, rows - seen.size, median, q1, q3, least, most, float(seen.mean()), sd)


def compare_numeric(values: Sequence[float | None] | npt.NDArray[Any], group: Labels) -> Comparison:
    """Return Wilcoxon's test of two groups or Kruskal and Wallis's of more; rows missing either value are left out.

    Both are asymptotic with a correction for ties; Wilcoxon's W is that of the first group in sorted order, with a
    correction for continuity. Raises NotEstimable: ONE_GROUP, TOO_FEW where all values are equal, BAD_INPUT.
    """
    found = measured(values)
    _, codes = labelled(group, found.size)
    present = ~np.isnan(found) & (codes >= 0)
    found, codes = found[present], codes[present]
    if (groups := np.unique(codes).size) < 2:
        raise _one_group()
    if groups == 2:
        return Comparison("wilcoxon_normal_continuity", *wilcoxon(found, codes == codes.min()))
    return Comparison("kruskal_wallis", *kruskal_wallis(found, codes))


def compare_categorical(values: Labels, group: Labels) -> Comparison:
    """Return Fisher's exact test; rows missing either label are left out.

    Raises NotEstimable: ONE_GROUP where there are fewer than two categories or groups, TOO_LARGE, BAD_INPUT.
    """
    return Comparison("fisher_exact", None, fisher(counted(values, group)))


def counted(values: Labels, group: Labels) -> npt.NDArray[np.int64]:
    """Return the table of categories by groups, both in sorted order; rows missing either label are left out."""
    categories, value_codes = labelled(values, len(values))
    groups, codes = labelled(group, len(values))
    present = (value_codes >= 0) & (codes >= 0)
    shape = len(categories), len(groups)
    cells = value_codes[present] * shape[1] + codes[present]
    return np.bincount(cells, minlength=shape[0] * shape[1]).reshape(shape)


def _one_group() -> NotEstimable:
    return NotEstimable(ONE_GROUP, "Fewer than two groups have values.", "Describe the one group without a test.")
