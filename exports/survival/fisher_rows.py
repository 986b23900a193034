"""All ways to fill one row of a table from the columns that are left over."""

from __future__ import annotations

import numpy as np
from scipy import special

from exports.survival.inputs import Floats, Ints


def fillings(columns: Ints, total: int) -> tuple[Ints, Ints]:
    """Return every row with the given total that the columns (tables, width) allow, and the table each belongs to."""
    later = np.cumsum(columns[:, ::-1], axis=1)[:, ::-1] - columns
    owner = np.arange(len(columns))
    left = np.full(len(columns), total)
    cells: list[Ints] = []
    for column in range(columns.shape[1] - 1):
        low = np.maximum(left - later[owner, column], 0)
        ways = np.minimum(left, columns[owner, column]) - low + 1
        parent = np.repeat(np.arange(ways.size), ways)
        cell = np.arange(parent.size) - np.repeat(np.cumsum(ways) - ways - low, ways)
        left, owner = left[parent] - cell, owner[parent]
        cells = [*(earlier[parent] for earlier in cells), cell]
    return owner, np.column_stack([*cells, left])


def how_many(columns: Ints, total: int) -> Floats:
    """Return bounds of how many rows `fillings` finds for each table, without making them."""
    width = columns.shape[1]
    ranges = np.minimum(columns, total) + 1.0
    shares = special.binom(total + width - 1, width - 1)
    return np.asarray(np.minimum(ranges.prod(axis=1) / ranges.max(axis=1), shares), dtype=np.float64)
