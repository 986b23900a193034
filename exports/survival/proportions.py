"""Proportions with exact and score intervals, and Fisher's exact test (`fisher`, which has a file of its own)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from scipy import special

from exports.survival.errors import TOO_FEW, NotEstimable
from exports.survival.fisher import fisher
from exports.survival.inputs import refused
from exports.survival.steps import Z95

__all__ = ["Proportion", "binomial", "fisher"]

TAIL: Final = 0.025


@dataclass(frozen=True)
class Proportion:
    """x of n, as a proportion with 95 % intervals: exact (never too narrow) and Wilson's score interval."""

    x: int
    n: int
    est: float
    exact_lower: float
    exact_upper: float
    wilson_lower: float
    wilson_upper: float


def binomial(x: int, n: int) -> Proportion:
    """Return the proportion x of n and its intervals.

    Exact: Clopper and Pearson, Biometrika 1934;26:404. Wilson, J Am Stat Assoc 1927;22:209, without a correction for
    continuity. Raises NotEstimable: TOO_FEW where n is 0; BAD_INPUT unless both are counts and x is at most n.
    """
    _check(x, n)
    x, n = int(x), int(n)
    lower = float(special.betaincinv(x, n - x + 1, TAIL)) if x > 0 else 0.0
    upper = float(special.betaincinv(x + 1, n - x, 1 - TAIL)) if x < n else 1.0
    return Proportion(x, n, x / n, lower, upper, *_wilson(x, n))


def _check(x: int, n: int) -> None:
    if x != int(x) or n != int(n) or not 0 <= x <= n:
        raise refused(f"{x} of {n} is no proportion.", "Give two counts, the first no larger than the second.")
    if n == 0:
        raise NotEstimable(TOO_FEW, "There is nobody to take a proportion of.", "Leave the group out.")


def _wilson(x: int, n: int) -> tuple[float, float]:
    square = Z95 * Z95
    middle, half = x + square / 2, Z95 * (x * (n - x) / n + square / 4) ** 0.5
    lower, upper = (middle - half) / (n + square), (middle + half) / (n + square)
    return (lower if x > 0 else 0.0), (upper if x < n else 1.0)
