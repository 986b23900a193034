"""No small count is shown, and none can be worked out from what is."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.risk.small_cells import shown, shown_list, shown_table

COUNTS = st.sampled_from([0, 0, 1, 2, 3, 10, 11, 12, 13, 14, 15, 47, 48, 50, 52]) | st.integers(0, 60)


@pytest.mark.parametrize(
    ("count", "number"),
    [
        (0, 0),
        (1, None),
        (10, None),
        (11, 10),
        (12, 10),
        (13, 15),
        (17, 15),
        (18, 20),
        (100, 100),
        (102, 100),
        (103, 105),
    ],
)
def test_a_count_is_not_shown_from_1_to_10_and_else_rounded_to_5(count, number):
    assert shown(count) == number


def test_the_numbers_of_the_policy_count():
    assert [shown(count, small_below=5, round_to=10) for count in (0, 4, 5, 14, 15)] == [0, None, 10, 10, 20]
    assert [shown(count, small_below=6, round_to=1) for count in (5, 6, 7)] == [None, 6, 7]
    with pytest.raises(ValueError, match="negative"):
        shown(-1)


def test_a_second_count_goes_with_a_single_small_one():
    assert shown_list([3, 20, 40]) == ((None, None, 40), 65)
    assert shown_list([3, 4, 40]) == ((None, None, 40), 45)
    assert shown_list([0, 20, 40]) == ((0, 20, 40), 60)
    assert shown_list([3, 0]) == ((None, 0), None)
    assert shown_list([3, 40]) == ((None, None), 45)
    assert shown_list([]) == ((), 0)


def test_a_table_hides_two_numbers_in_every_line_that_has_one():
    table = shown_table([[3, 30, 40], [20, 30, 50], [25, 35, 45]])
    assert table.cells == ((None, None, 40), (None, None, 50), (25, 35, 45))
    assert table.row_totals == (75, 100, 105)
    assert table.column_totals == (50, 95, 135)
    assert table.total == 280
    assert shown_table([[20, 30], [40, 50]]).cells == ((20, 30), (40, 50))


def test_a_single_bridge_between_two_groups_of_hidden_numbers_gets_company():
    counts = [
        [5, 5, 40, 40, 40],
        [5, 5, 40, 40, 40],
        [40, 40, 5, 5, 40],
        [40, 40, 5, 5, 40],
    ]
    counts[1][2] = 6
    hidden = [(i, j) for i, row in enumerate(shown_table(counts).cells) for j, cell in enumerate(row) if cell is None]
    assert len(hidden) > 9
    assert {(i, j) for i, row in enumerate(counts) for j, count in enumerate(row) if count < 11} < set(hidden)


def test_room_left_by_rounding_is_enough_for_two_answers():
    cells, total = shown_list([1, 1, 13, 13, 13, 13, 13])
    assert total == 65
    assert cells.count(None) == 3


def possible(counts: np.ndarray, first_hidden: int = 1) -> list[set[int]]:
    """Return, for each cell, the values that it has in the tables near the true one that would be shown alike.

    A reader knows that a hidden number is at least 1. To try neighbours is enough: one other answer is all it takes.
    """
    height, width = counts.shape
    steps = np.array(list(product((-2, -1, 0, 1, 2), repeat=counts.size))).reshape(-1, height, width)
    tables = counts[None] + steps
    real = shown_table(counts.tolist())
    alike = np.ones(len(tables), dtype=bool)
    for values, as_shown in (
        (tables.reshape(len(tables), -1), [cell for row in real.cells for cell in row]),
        (tables.sum(axis=2), real.row_totals),
        (tables.sum(axis=1), real.column_totals),
        (tables.sum(axis=(1, 2))[:, None], [real.total]),
    ):
        for column, number in enumerate(as_shown):
            value = values[:, column]
            if number is None:
                alike &= value >= first_hidden
            elif number == 0:
                alike &= value == 0
            else:
                alike &= (value >= 11) & (5 * ((value + 2) // 5) == number)
    return [set(column.tolist()) for column in tables[alike].reshape(alike.sum(), -1).T]


@settings(deadline=None, max_examples=150)
@given(st.lists(st.lists(COUNTS, min_size=3, max_size=3), min_size=2, max_size=2))
def test_a_reader_who_tries_every_table_finds_no_hidden_number(rows):
    table, answers = shown_table(rows), possible(np.array(rows))
    for number, cell in enumerate(cell for row in table.cells for cell in row):
        assert cell is not None or len(answers[number]) > 1


@settings(deadline=None, max_examples=150)
@given(st.lists(COUNTS, min_size=1, max_size=6))
def test_nor_in_a_list(counts):
    cells, total = shown_list(counts)
    steps = np.array(list(product((-2, -1, 0, 1, 2), repeat=len(counts))))
    tables = np.array(counts)[None] + steps
    alike = np.ones(len(tables), dtype=bool)
    for value, number in zip([*tables.T, tables.sum(axis=1)], [*cells, total], strict=True):
        if number is None:
            alike &= value >= 1
        else:
            alike &= (value == 0) if number == 0 else (value >= 11) & (5 * ((value + 2) // 5) == number)
    for column, number in enumerate(cells):
        assert number is not None or len(set(tables[alike][:, column].tolist())) > 1


@settings(deadline=None)
@given(st.lists(st.lists(COUNTS, min_size=4, max_size=4), min_size=1, max_size=5))
def test_every_line_hides_none_or_at_least_two_and_zeros_and_other_numbers_stay_right(rows):
    table = shown_table(rows)
    lines = [[*row, total] for row, total in zip(table.cells, table.row_totals, strict=True)]
    lines += [
        [*column, total] for column, total in zip(zip(*table.cells, strict=True), table.column_totals, strict=True)
    ]
    lines += [[*table.row_totals, table.total], [*table.column_totals, table.total]]
    assert all(line.count(None) != 1 for line in lines)
    for told, real in zip(table.cells, rows, strict=True):
        for number, count in zip(told, real, strict=True):
            assert number is None or number == shown(count)
            assert count != 0 or number == 0
