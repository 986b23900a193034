"""Counts that people without an approved release may see: small ones are not shown, nor can they be worked out.

A count of 1 to 10 is suppressed, 0 is shown, the rest is rounded to 5 (CMS cell-size policy; OpenSAFELY rounding).
So that no suppressed number follows from row, column or total, others are suppressed beside it: at least two in every
line that has one, and none that is the only bridge between two groups of lines, as its value would follow from sums.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

SMALL_BELOW: Final = 11
ROUND_TO: Final = 5
FEWEST_HIDDEN: Final = 2

# None is a number that is not shown.
Shown = int | None
Place = tuple[int, int]
Line = tuple[Place, ...]


@dataclass(frozen=True)
class ShownTable:
    """A table of counts as it may be shown: cells by row, totals of rows, totals of columns, total."""

    cells: tuple[tuple[Shown, ...], ...]
    row_totals: tuple[Shown, ...]
    column_totals: tuple[Shown, ...]
    total: Shown


def shown(count: int, small_below: int = SMALL_BELOW, round_to: int = ROUND_TO) -> Shown:
    """Return one count as it may be shown: 0, a multiple of `round_to`, or None where it is small.

    ValueError for a negative count.
    """
    if count < 0:
        raise ValueError("A count is not negative.")
    return None if 0 < count < small_below else round_to * ((count + round_to // 2) // round_to)


def shown_list(
    counts: Sequence[int], small_below: int = SMALL_BELOW, round_to: int = ROUND_TO
) -> tuple[tuple[Shown, ...], Shown]:
    """Return the counts of one list (of which each person is in one) and their total as they may be shown."""
    table = _protected([[*counts, sum(counts)]], small_below, round_to)
    return tuple(table[0][:-1]), table[0][-1]


def shown_table(
    counts: Sequence[Sequence[int]], small_below: int = SMALL_BELOW, round_to: int = ROUND_TO
) -> ShownTable:
    """Return a table of counts with its totals as it may be shown."""
    rows = [[*row, sum(row)] for row in counts]
    columns = len(counts[0]) if counts else 0
    rows.append([sum(row[column] for row in rows) for column in range(columns + 1)])
    table = _protected(rows, small_below, round_to)
    inner = tuple(tuple(row[:-1]) for row in table[:-1])
    return ShownTable(inner, tuple(row[-1] for row in table[:-1]), tuple(table[-1][:-1]), table[-1][-1])


def _protected(rows: list[list[int]], small_below: int, round_to: int) -> list[list[Shown]]:
    counts = {(i, j): count for i, row in enumerate(rows) for j, count in enumerate(row)}
    hidden = {place for place, count in counts.items() if shown(count, small_below, round_to) is None}
    while more := _next_to_hide(counts, hidden, rows, round_to, small_below):
        hidden.add(more)
    return [
        [None if (i, j) in hidden else shown(count, small_below, round_to) for j, count in enumerate(row)]
        for i, row in enumerate(rows)
    ]


def _next_to_hide(
    counts: dict[Place, int], hidden: set[Place], rows: list[list[int]], round_to: int, small_below: int
) -> Place | None:
    """Return one more place to hide, the smallest count that helps, None where nothing can be worked out."""
    lines = list(_lines(rows))
    for line in lines:
        inside = hidden.intersection(line)
        is_alone = 0 < len(inside) < FEWEST_HIDDEN
        needs_more = is_alone or _is_pinned(line, counts, hidden, round_to, small_below)
        if needs_more and (found := _smallest(set(line) - hidden, counts)):
            return found
    for bridge in sorted(hidden) if len(rows) > 1 else ():
        if crossing := _crossing(bridge, counts, hidden):
            return _smallest(crossing, counts)
    return None


def _lines(rows: list[list[int]]) -> Iterator[Line]:
    """Yield every row with its total and every column with its total; a list has one row and nothing else."""
    height, width = len(rows), len(rows[0])
    yield from (tuple((i, j) for j in range(width)) for i in range(height))
    if height > 1:
        yield from (tuple((i, j) for i in range(height)) for j in range(width))


def _smallest(places: set[Place], counts: dict[Place, int]) -> Place | None:
    """Return the smallest count that is not 0; hiding a 0 hides nothing."""
    return min((place for place in places if counts[place]), key=lambda place: (counts[place], place), default=None)


def _is_pinned(line: Line, counts: dict[Place, int], hidden: set[Place], round_to: int, small_below: int) -> bool:
    """Say whether rounding leaves so little room in a line that a hidden count of it can be one number only.

    The last place of a line is its total. Hidden counts are taken to be known to be at least 1.
    """
    inside = [place for place in line if place in hidden]
    if not inside or line[-1] in hidden:
        return False
    bounds = {place: _bounds(counts[place], round_to, small_below) for place in line if place not in hidden}
    least = bounds[line[-1]][0] - sum(most for place, (_least, most) in bounds.items() if place != line[-1])
    most = bounds[line[-1]][1] - sum(low for place, (low, _most) in bounds.items() if place != line[-1])
    return most <= len(inside) or (len(inside) == 1 and least >= most)


def _bounds(count: int, round_to: int, small_below: int) -> tuple[int, int]:
    """Return the counts between which one lies that is shown rounded."""
    number = shown(count, small_below, round_to)
    if not number:
        return 0, 0
    return max(small_below, number - round_to // 2), number + (round_to - 1) // 2


def _crossing(bridge: Place, counts: dict[Place, int], hidden: set[Place]) -> set[Place]:
    """Return the places that would give a bridge company, nothing where the place is no bridge.

    Rows and columns are points, hidden places the ways between them. A way without which its two ends are apart has
    a value that follows from the sums of one side, less what crosses otherwise.
    """
    side = _reached(bridge[0], hidden - {bridge})
    if (1, bridge[1]) in side:
        return set()
    return {(i, j) for i, j in counts if ((0, i) in side) != ((1, j) in side)} - hidden


def _reached(row: int, ways: set[Place]) -> set[tuple[int, int]]:
    """Return the rows (0, i) and columns (1, j) that hidden places lead to from a row."""
    found, ahead = {(0, row)}, [(0, row)]
    while ahead:
        kind, number = ahead.pop()
        near = {(1 - kind, place[1 - kind]) for place in ways if place[kind] == number}
        ahead += near - found
        found |= near
    return found
