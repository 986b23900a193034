"""How rows of a consensus grading table become one grade when some of them are not known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# Grade 5 is a death, which no component of a day shows.
HIGHEST_OF_A_DAY = 4


@dataclass(frozen=True, slots=True)
class RowGrade:
    """The lowest and the highest grade that one row of a table can still give; equal when the row is known."""

    low: int
    high: int

    @property
    def is_known(self) -> bool:
        """Tell whether the row can give one grade only."""
        return self.low == self.high

    def __str__(self) -> str:
        return str(self.low) if self.is_known else "unknown"


def known(grade: int) -> RowGrade:
    """Return the row of a component that was recorded."""
    return RowGrade(grade, grade)


def unknown(grades: Iterable[int]) -> RowGrade:
    """Return the row of a missing component: anything from the lowest to the highest of its table."""
    possible = tuple(grades)
    return RowGrade(min(possible), max(possible))


def worst(rows: Iterable[RowGrade]) -> RowGrade:
    """Return the worst row; it is known once no missing component could raise it."""
    listed = tuple(rows)
    return RowGrade(max(row.low for row in listed), max(row.high for row in listed))


def settled(row: RowGrade) -> int | None:
    """Return the grade, or nothing while a missing component could still change it."""
    return row.low if row.is_known else None


def highest(grades: Iterable[int | None]) -> int | None:
    """Return the highest grade of some days, or nothing while a day without a grade could have a higher one."""
    days = [RowGrade(0, HIGHEST_OF_A_DAY) if grade is None else known(grade) for grade in grades]
    return settled(worst(days)) if days else None


def either(first: bool | None, second: bool | None) -> bool | None:
    """Return 'or' of two answers that may be unknown."""
    if first or second:
        return True
    return None if first is None or second is None else False


def both(first: bool | None, second: bool | None) -> bool | None:
    """Return 'and' of two answers that may be unknown."""
    if first is False or second is False:
        return False
    return None if first is None or second is None else True
