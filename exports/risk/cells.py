"""Groups of people who look alike: arithmetic on one row per person. A missing value is a category of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

Codes = npt.NDArray[np.int64]
# Beyond this many possible groups per person, groups are numbered anew so that counting stays an array look-up.
SPARSE: Final = 64


def codes_of(values: pl.Series) -> Codes:
    """Return a number from 0 for each level of a column; missing, and not a number, is one level."""
    plain = (values.fill_nan(None) if values.dtype.is_float() else values).alias("level").to_frame()
    levels = plain.unique(maintain_order=True).with_row_index("code")
    coded = plain.join(levels, on="level", how="left", nulls_equal=True, maintain_order="left")
    return coded["code"].cast(pl.Int64).to_numpy().astype(np.int64)


def groups_of(columns: Sequence[Codes], people: int) -> Codes:
    """Return each person's group by all columns together, numbered from 0; without columns everybody is in one."""
    groups = np.zeros(people, dtype=np.int64)
    for column in columns:
        levels = int(column.max(initial=0)) + 1
        groups = groups * levels + column
        if int(groups.max(initial=0)) > SPARSE * people:
            groups = np.unique(groups, return_inverse=True)[1].astype(np.int64)
    return groups


def sizes_of(groups: Codes) -> Codes:
    """Return how many people each person's group has."""
    return np.bincount(groups)[groups].astype(np.int64) if groups.size else groups


def smallest(sizes: Codes) -> int:
    """Return k: the size of the smallest group, 0 where there is nobody."""
    return int(sizes.min()) if sizes.size else 0


def mean_risk(sizes: Codes) -> float:
    """Return the mean of 1 / k over all people, 0 where there is nobody."""
    return float((1 / sizes).mean()) if sizes.size else 0.0


def alike(frame: pl.DataFrame, columns: Iterable[str]) -> Codes:
    """Return how many people share each person's values of the columns, the person included."""
    return sizes_of(groups_of([codes_of(frame[name]) for name in columns], frame.height))
