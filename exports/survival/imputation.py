"""Multiple imputation by chained equations: numbers by predictive mean matching, 0/1 columns by logistic regression.

Every incomplete column is drawn in turn given all others, over several rounds (van Buuren, Stat Methods Med Res
2007;16:219). For a survival model the columns must contain the outcome: the event indicator and the cumulative hazard
(`nelson_aalen`), not the time (White and Royston, Stat Med 2009;28:1982); otherwise associations are diluted.
The draws assume that values are missing at random given the columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from exports.survival.errors import TOO_FEW, NotEstimable
from exports.survival.imputation_draws import matched, standardised, tossed
from exports.survival.inputs import Bools, Floats, refused
from exports.survival.nelson_aalen import nelson_aalen
from exports.survival.observed import measured

__all__ = ["impute", "nelson_aalen"]

ROUNDS: Final = 10
LEAST_OBSERVED: Final = 5


@dataclass(frozen=True, eq=False)
class _Table:
    """The columns as one matrix (people, columns): who is missing what, and in which order columns are drawn."""

    names: tuple[str, ...]
    values: Floats
    missing: Bools
    order: tuple[int, ...]
    binary: tuple[bool, ...]


def impute(
    columns: Mapping[str, Sequence[float | None] | npt.NDArray[Any]],
    *,
    m: int,
    seed: int,
    order: Sequence[str] | None = None,
    rounds: int = ROUNDS,
) -> list[dict[str, Floats]]:
    """Return m completed copies of the columns; observed values are as given, and missing is None or nan.

    A column whose values are 0 and 1 is drawn as such, any other from the observed values of people with a like
    prediction. `order` is that in which incomplete columns are drawn, by default from the fewest missing values to the
    most. The same columns, m and seed give the same copies (PCG64); the copies are independent of each other, and the
    first of them do not depend on m. Raises NotEstimable: BAD_INPUT; TOO_FEW where a column has hardly any values.
    """
    if m < 1 or rounds < 1:
        raise refused(f"{m} imputations of {rounds} rounds are none.", "Ask for 20 imputations of 10 rounds.")
    table = _table(columns, order)
    sources = [np.random.Generator(np.random.PCG64(own)) for own in np.random.SeedSequence(seed).spawn(m)]
    return [dict(zip(table.names, _completed(table, rounds, source).T, strict=True)) for source in sources]


def _table(columns: Mapping[str, Sequence[float | None] | npt.NDArray[Any]], order: Sequence[str] | None) -> _Table:
    if len({len(values) for values in columns.values()}) != 1:
        raise refused("The columns differ in length, or there are none.", "Give one value per person in each column.")
    names = tuple(columns)
    values = np.column_stack([measured(columns[name]) for name in names])
    missing = np.isnan(values)
    _enough(names, missing)
    binary = tuple(set(np.unique(column[~np.isnan(column)])) == {0.0, 1.0} for column in values.T)
    return _Table(names, values, missing, _order(names, missing, order), binary)


def _enough(names: tuple[str, ...], missing: Bools) -> None:
    for name, gaps in zip(names, missing.T, strict=True):
        if gaps.any() and (observed := int((~gaps).sum())) < LEAST_OBSERVED:
            raise NotEstimable(
                TOO_FEW,
                f"{name} has {observed} values, too few to draw the others from.",
                f"Leave {name} out of the imputation and of the model.",
            )


def _order(names: tuple[str, ...], missing: Bools, order: Sequence[str] | None) -> tuple[int, ...]:
    incomplete = [name for name, gaps in zip(names, missing.T, strict=True) if gaps.any()]
    if order is None:
        return tuple(i for i in np.argsort(missing.sum(axis=0), kind="stable").tolist() if names[i] in incomplete)
    if sorted(order) != sorted(incomplete):
        raise refused("The order does not name each incomplete column once.", f"Name: {', '.join(incomplete)}.")
    return tuple(names.index(name) for name in order)


def _completed(table: _Table, rounds: int, source: np.random.Generator) -> Floats:
    """Return one completed copy, starting from random observed values."""
    values = table.values.copy()
    for column in table.order:
        gaps = table.missing[:, column]
        values[gaps, column] = source.choice(table.values[~gaps, column], int(gaps.sum()))
    for _ in range(rounds if table.order else 0):
        for column in table.order:
            _draw(table, values, column, source)
    return values


def _draw(table: _Table, values: Floats, column: int, source: np.random.Generator) -> None:
    gaps = table.missing[:, column]
    others = standardised(np.delete(values, column, axis=1))
    draw = tossed if table.binary[column] else matched
    values[gaps, column] = draw(others[~gaps], table.values[~gaps, column], others[gaps], source)
