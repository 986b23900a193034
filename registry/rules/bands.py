"""Tables of adjoining intervals: grades, classes and scores declared as data that both rule and test read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Generic, TypeVar

T = TypeVar("T")

Number = Decimal | int


@dataclass(frozen=True, slots=True)
class Band(Generic[T]):
    """One interval of a table and what it stands for; an absent end reaches to infinity."""

    result: T
    low: Decimal | None = None
    high: Decimal | None = None
    low_closed: bool = True
    high_closed: bool = False

    def contains(self, value: Number) -> bool:
        """Tell whether the value lies in the interval, its closed ends included."""
        return self._above_low(value) and self._below_high(value)

    def is_empty(self) -> bool:
        """Tell whether no number at all can lie in the interval."""
        if self.low is None or self.high is None:
            return False
        return self.low > self.high or (self.low == self.high and not (self.low_closed and self.high_closed))

    def _above_low(self, value: Number) -> bool:
        return self.low is None or value > self.low or (self.low_closed and value == self.low)

    def _below_high(self, value: Number) -> bool:
        return self.high is None or value < self.high or (self.high_closed and value == self.high)


def ladder(first: T, *steps: tuple[str, T]) -> tuple[Band[T], ...]:
    """Build a table in which each step begins at its limit (limit included) and ends before the next one."""
    limits = [Decimal(limit) for limit, _ in steps]
    results = [first, *(result for _, result in steps)]
    return tuple(Band(r, low, high) for r, low, high in zip(results, [None, *limits], [*limits, None], strict=True))


def lookup(table: Sequence[Band[T]], value: Number) -> T:
    """Return what the table says of a value; ValueError when no interval holds it."""
    for band in table:
        if band.contains(value):
            return band.result
    raise ValueError(f"{value} lies outside the table")


def table_faults(table: Sequence[Band[T]]) -> list[str]:
    """List the gaps, overlaps and empty intervals of a table in words; an empty list means a sound table."""
    faults = [f"{band.result}: empty interval" for band in table if band.is_empty()]
    faults += [fault for left, right in pairwise(table) if (fault := _joint_fault(left, right))]
    return faults


def _joint_fault(left: Band[T], right: Band[T]) -> str:
    between = f"between {left.result} and {right.result}"
    if left.high is None or right.low is None:
        return f"overlap {between}"
    if left.high != right.low:
        return f"{'gap' if left.high < right.low else 'overlap'} {between}"
    if left.high_closed and right.low_closed:
        return f"overlap {between}"
    return "" if left.high_closed or right.low_closed else f"gap {between}"
