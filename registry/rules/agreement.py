"""How far two grades of the same days agree: proportion of equal pairs, Cohen's kappa, kappa weighted by distance.

Everything is computed in whole numbers and fractions, and rounded once, at the end. Sources: Cohen 1960, DOI
10.1177/001316446002000104; Cohen 1968, DOI 10.1037/h0026256; standard errors: Fleiss, Cohen and Everitt 1969, DOI
10.1037/h0028106.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction

from registry.rules.coding import Coded, gettext_noop

Counts = Sequence[Sequence[int]]
Weight = Callable[[int, int], int]

PLACES = 4
NORMAL_97_5 = Fraction("1.959964")
# Enough digits for the square root to be right in every place that is shown.
_ROOT = Context(prec=50)


class NoAgreement(Coded):
    """Why an agreement, or the interval of one, is not stated."""

    NO_PAIRS = "NO_PAIRS", gettext_noop("no pairs")
    ONE_GRADE = "ONE_GRADE", gettext_noop("one grade only")
    NO_SPREAD = "NO_SPREAD", gettext_noop("no spread")


@dataclass(frozen=True, slots=True)
class Estimate:
    """A kappa with its standard error and 95 % interval; without them, `why_no_interval` says why."""

    value: Decimal
    standard_error: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    why_no_interval: NoAgreement | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """The agreement of `pairs` grades, of which `equal` are the same; without a kappa, `why_no_kappa` says why."""

    pairs: int
    equal: int
    proportion: Decimal | None = None
    kappa: Estimate | None = None
    weighted: Estimate | None = None
    why_no_kappa: NoAgreement | None = None


def agreement_of(counts: Counts) -> Agreement:
    """Return the agreement of a square table of counts: first grade by row, second by column, in the same order.

    The weight of a pair falls in equal steps with the distance of its grades. Nothing is stated that the table does
    not give: no kappa without pairs or where both are always the same one grade, no interval without spread.
    """
    _refuse_what_is_no_square(counts)
    pairs = sum(map(sum, counts))
    equal = sum(row[i] for i, row in enumerate(counts))
    if not pairs:
        return Agreement(0, 0, why_no_kappa=NoAgreement.NO_PAIRS)
    proportion = _rounded(Fraction(equal, pairs))
    if any(row[i] == pairs for i, row in enumerate(counts)):
        return Agreement(pairs, equal, proportion, why_no_kappa=NoAgreement.ONE_GRADE)
    steps = len(counts) - 1
    kappa = _estimate(counts, pairs, lambda i, j: int(i == j), 1)
    weighted = _estimate(counts, pairs, lambda i, j: steps - abs(i - j), steps)
    return Agreement(pairs, equal, proportion, kappa, weighted)


def _refuse_what_is_no_square(counts: Counts) -> None:
    if any(len(row) != len(counts) for row in counts):
        raise ValueError("the table needs as many columns as rows")
    if any(count < 0 for row in counts for count in row):
        raise ValueError("a count cannot be negative")


def _estimate(counts: Counts, pairs: int, weight: Weight, whole: int) -> Estimate:
    """Return kappa for these weights of agreement, `whole` for equal grades, and its large-sample interval.

    The terms of the publication, each multiplied by what makes it a whole number.
    """
    size = range(len(counts))
    cells = [(i, j, weight(i, j), counts[i][j]) for i in size for j in size]
    rows, columns = [sum(row) for row in counts], [sum(row[j] for row in counts) for j in size]
    # The weight that a grade of one list has by chance with the grades of the other.
    of_row = [sum(weight(i, j) * columns[j] for j in size) for i in size]
    of_column = [sum(weight(i, j) * rows[i] for i in size) for j in size]
    full = whole * pairs**2
    observed = pairs * sum(weighs * count for _i, _j, weighs, count in cells)
    chance = sum(rows[i] * of_row[i] for i in size)
    beyond = full - chance
    squares = sum(
        count * (weighs * pairs * beyond - (of_row[i] + of_column[j]) * (full - observed)) ** 2
        for i, j, weighs, count in cells
    )
    shift = observed * chance - 2 * chance * full + observed * full
    variance = Fraction(pairs * squares - shift**2, pairs * beyond**4)
    return _interval(Fraction(observed - chance, beyond), variance)


def _interval(value: Fraction, variance: Fraction) -> Estimate:
    """Return the estimate with its interval, cut at -1 and 1, beyond which no kappa lies."""
    if variance == 0:
        return Estimate(_rounded(value), why_no_interval=NoAgreement.NO_SPREAD)
    root = _ROOT.sqrt(_ROOT.divide(Decimal(variance.numerator), Decimal(variance.denominator)))
    error = Fraction(root)
    low, high = (value + sign * NORMAL_97_5 * error for sign in (-1, 1))
    low, high = max(low, Fraction(-1)), min(high, Fraction(1))
    return Estimate(_rounded(value), _rounded(error), _rounded(low), _rounded(high))


def _rounded(number: Fraction) -> Decimal:
    scaled = number * 10**PLACES
    return Decimal(round(scaled)).scaleb(-PLACES)
