"""The smallest sets of attributes by which a person is the only one: minimal sample uniques (Elliot and others, SUDA).

A person who is unique by sex and year but by neither alone is found by two facts; by a set that holds those two she is
not counted again.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from exports.risk.cells import Codes, groups_of, sizes_of

# Who is marked, person by person.
Marked = npt.NDArray[np.bool_]
LARGEST_SET: Final = 3


def minimal_uniques(attributes: Mapping[str, Codes], largest: int = LARGEST_SET) -> list[dict[str, Any]]:
    """Return every set of up to `largest` attributes by which somebody is minimally unique, with how many are."""
    unique: dict[tuple[str, ...], Marked] = {}
    for size in range(1, largest + 1):
        for names in combinations(attributes, size):
            unique[names] = _is_unique([attributes[name] for name in names])
    found = [(names, int(_minimal(names, unique).sum())) for names in unique]
    shown = sorted((entry for entry in found if entry[1]), key=lambda entry: (len(entry[0]), -entry[1], entry[0]))
    return [{"columns": list(names), "people": people} for names, people in shown]


def _is_unique(columns: list[Codes]) -> Marked:
    is_unique: Marked = sizes_of(groups_of(columns, columns[0].size)) == 1
    return is_unique


def _minimal(names: tuple[str, ...], unique: Mapping[tuple[str, ...], Marked]) -> Marked:
    """Mark who is unique by this set and by no smaller part of it; one level down is enough, uniqueness only grows."""
    parts = [unique[part] for part in combinations(names, len(names) - 1) if part]
    already: Marked = np.any(parts, axis=0) if parts else np.zeros_like(unique[names])
    return unique[names] & ~already
