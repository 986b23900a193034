"""Columns that may have missing values, for what describes a table rather than follows people in time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from exports.survival.inputs import Floats, Ints, Labels, refused


def measured(values: Sequence[float | None] | npt.NDArray[Any]) -> Floats:
    """Return numbers, nan where missing (None or nan). Raises NotEstimable (BAD_INPUT) for text or infinite values."""
    try:
        found = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise refused(f"A column of numbers has other values ({error}).", "Describe it as categories.") from error
    if found.ndim != 1:
        raise refused(f"A column has {found.ndim} dimensions.", "Give one value per person.")
    if np.isinf(found).any():
        raise refused("A column has infinite values.", "Correct them, or make them missing.")
    return found


def labelled(values: Labels, rows: int) -> tuple[tuple[str, ...], Ints]:
    """Return the levels, sorted, and the number of each person's level, -1 where the label is missing (None or nan).

    Raises NotEstimable (BAD_INPUT) for another length, or for labels that are not text.
    """
    plain = values.tolist() if isinstance(values, np.ndarray) else list(values)
    if len(plain) != rows:
        raise refused(f"There are {len(plain)} labels for {rows} values.", "Give one of each per person.")
    distinct: set[Any] = set(plain)
    missing = {label for label in distinct if label is None or label != label}
    if not all(isinstance(label, str) for label in distinct - missing):
        raise refused("A label is not text.", "Give categories and groups as text.")
    levels = tuple(sorted(distinct - missing))
    code: dict[Any, int] = dict.fromkeys(missing, -1) | {level: number for number, level in enumerate(levels)}
    return levels, np.fromiter(map(code.__getitem__, plain), np.int64, rows)
