"""Fisher's exact test of a table of counts, two by two or larger, by complete enumeration without simulation.

The p value is the probability, given both margins, of all tables no more probable than the one seen (Freeman and
Halton, Biometrika 1951;38:141). Rows are filled one after the other. Partly filled tables that leave the same columns
over, and are equally probable, are counted as one (the network of Mehta and Patel, J Am Stat Assoc 1983;78:427); those
of which no completion is more probable than the table seen are added at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from exports.survival.errors import ONE_GROUP, NotEstimable
from exports.survival.fisher_bounds import completed, settled
from exports.survival.fisher_tables import extended, log_factorials, log_probability, opening
from exports.survival.inputs import Ints, refused

# Two tables equally probable differ by rounding alone; R takes them for equal to the same relative error.
EQUAL: Final = 1e-7


def fisher(table: Sequence[Sequence[int]] | npt.NDArray[Any]) -> float:
    """Return the two-sided p value of a table of counts (rows by columns).

    Rows and columns without a count are left out. Raises NotEstimable: ONE_GROUP where fewer than two rows or columns
    are left, BAD_INPUT for anything but counts, TOO_LARGE where the tables are too many to enumerate.
    """
    counts = _ordered(_counts(table))
    if counts.shape == (2, 2):
        return _two_by_two(*counts.ravel().tolist())
    rows = counts.sum(axis=1)
    logs = log_factorials(int(rows.sum()))
    seen = log_probability(counts, logs) + EQUAL
    p, unfinished = 0.0, opening(counts.sum(axis=0))
    for row, total in enumerate(rows[:-2], start=1):
        unfinished = extended(unfinished, int(total), logs)
        mass, unfinished = settled(unfinished, rows[row:], seen, logs)
        p += mass
    return min(1.0, p + completed(unfinished, int(rows[-2]), seen, logs))


def _two_by_two(a: int, b: int, c: int, d: int) -> float:
    """Return p by the odds of each table against the one before it: the first cell alone decides the others."""
    least = max(0, a - d)
    cell = np.arange(least, a + min(b, c), dtype=np.float64)
    odds = (a + b - cell) * (a + c - cell) / ((cell + 1) * (d - a + cell + 1))
    logp = np.append(0.0, np.cumsum(np.log(odds)))
    probability = np.exp(logp - logp.max())
    return float(probability[logp <= logp[a - least] + EQUAL].sum() / probability.sum())


def _counts(table: Sequence[Sequence[int]] | npt.NDArray[Any]) -> Ints:
    given = np.asarray(table)
    if given.ndim != 2 or given.dtype.kind not in "iuf":
        raise refused("The table is not one of counts.", "Give rows of counts, all of the same length.")
    counts = given.astype(np.int64)
    if (counts != given).any() or (counts < 0).any():
        raise refused("The table has entries that are not counts.", "Give whole numbers from 0.")
    counts = counts[counts.any(axis=1)][:, counts.any(axis=0)]
    if min(counts.shape) < 2:
        raise NotEstimable(
            ONE_GROUP, "Fewer than two rows or columns of the table have counts.", "Compare two or more groups."
        )
    return counts


def _ordered(counts: Ints) -> Ints:
    """Return the table with its longer side as rows, the largest rows last: those are the ones never enumerated."""
    turned = counts if counts.shape[0] >= counts.shape[1] else counts.T
    return turned[np.argsort(turned.sum(axis=1), kind="stable")]
