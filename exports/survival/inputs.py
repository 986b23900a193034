"""What an estimator takes: one value per person, complete, and of the right kind. Everything else is refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from exports.survival.errors import BAD_INPUT, TOO_FEW, NotEstimable

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Numbers = Sequence[float] | npt.NDArray[Any]
Labels = Sequence[str] | npt.NDArray[Any]

LEAVE_OUT: Final = "Leave these rows out and report how many they are."


def refused(message: str, advice: str) -> NotEstimable:
    """Return the error for input that no estimator accepts."""
    return NotEstimable(BAD_INPUT, message, advice)


def numbers(values: Numbers, what: str, rows: int | None = None) -> Floats:
    """Return the values as a 1-d array of finite numbers, `rows` long where that is given.

    Raises NotEstimable: TOO_FEW without any value; BAD_INPUT for text, missing or infinite values, or another length.
    """
    found = np.asarray(values)
    if found.ndim != 1:
        raise refused(f"{what} has {found.ndim} dimensions.", "Give one value per person.")
    if not found.size:
        raise NotEstimable(TOO_FEW, f"{what} has no values.", "Check the selection: nobody is left to analyse.")
    if found.dtype.kind not in "biuf":
        raise refused(f"{what} has values that are missing or not numbers.", LEAVE_OUT)
    _same_length(found.size, what, rows)
    plain = found.astype(np.float64)
    if not np.isfinite(plain).all():
        raise refused(f"{what} has {int((~np.isfinite(plain)).sum())} missing or infinite values.", LEAVE_OUT)
    return plain


def days(time: Numbers, entry: Numbers | None = None) -> tuple[Floats, Floats | None]:
    """Return exit and entry times in days. A person is at risk on the days t with entry < t <= exit.

    An entry before day 0 means at risk from the start. Raises NotEstimable (BAD_INPUT) for a time below 0, or for an
    exit that is not after its entry.
    """
    left = numbers(time, "time")
    if left.min() < 0:
        raise refused(
            f"time has {int((left < 0).sum())} values below 0.", "Check the two dates: the end lies before the start."
        )
    if entry is None:
        return left, None
    entered = numbers(entry, "entry", left.size)
    never = int((left <= entered).sum())
    if never:
        raise refused(
            f"{never} rows end on or before their day of entry, so they are never at risk.",
            "Leave these rows out and report how many, or count the time from the day of entry.",
        )
    return left, entered


def statuses(status: Numbers, rows: int) -> Ints:
    """Return status codes: 0 censored, 1 and above a cause. Raises NotEstimable (BAD_INPUT) for anything else."""
    found = numbers(status, "status", rows)
    codes = found.astype(np.int64)
    if (codes != found).any() or codes.min() < 0:
        raise refused("status has codes other than 0, 1, 2 and so on.", "Code censored as 0 and the causes from 1.")
    return codes


def events(event: Numbers, rows: int) -> Bools:
    """Return who had the event, from 0/1 or booleans. Raises NotEstimable (BAD_INPUT) for any other code."""
    found = numbers(event, "event", rows)
    if ((found != 0) & (found != 1)).any():
        raise refused("event has codes other than 0 and 1.", "Decide which codes are the event, and give those a 1.")
    return found.astype(np.bool_)


def labels(values: Labels | None, what: str, rows: int) -> tuple[tuple[str, ...], Ints]:
    """Return the levels, sorted, and the number of each person's level; without values everybody is in level "all".

    Raises NotEstimable (BAD_INPUT) for another length, or for a label that is missing, empty or not text.
    """
    if values is None:
        return ("all",), np.zeros(rows, dtype=np.int64)
    plain = values.tolist() if isinstance(values, np.ndarray) else list(values)
    _same_length(len(plain), what, rows)
    distinct = set(plain)
    if not all(isinstance(label, str) and label for label in distinct):
        raise refused(f"{what} has labels that are missing or not text.", LEAVE_OUT)
    levels = tuple(sorted(distinct))
    code = {level: number for number, level in enumerate(levels)}
    return levels, np.fromiter(map(code.__getitem__, plain), np.int64, rows)


def day(t: float) -> float:
    """Return the day to read a curve at. Raises NotEstimable (BAD_INPUT) unless it is 0 or later."""
    if not 0 <= t < np.inf:
        raise refused(f"A curve has no value at day {t}.", "Ask for a day from 0.")
    return float(t)


def _same_length(size: int, what: str, rows: int | None) -> None:
    if rows is not None and size != rows:
        raise refused(f"{what} has {size} values for {rows} times.", "Give one value per person to each.")
