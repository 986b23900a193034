"""When a partly filled table of Fisher's exact test needs no further row: by a bound, or by its last two rows."""

from __future__ import annotations

import numpy as np
from scipy import special

from exports.survival.fisher_tables import Partial, filled_rows, in_chunks
from exports.survival.inputs import Floats, Ints


def settled(tables: Partial, rows: Ints, seen: float, logs: Floats) -> tuple[float, Partial]:
    """Return the probability of the tables whose completions are all at most as probable as `seen`, and the others.

    `rows` are the totals of the rows to come, `seen` and `logs` log probability and log factorials.
    """
    first = np.flatnonzero(np.append(True, np.diff(tables.code) != 0))
    lengths = np.diff(first, append=tables.code.size)
    bound = np.repeat(_most_probable(tables.columns[first], rows, logs), lengths)
    in_all = tables.logp + bound <= seen
    return float(tables.mass[in_all].sum()), tables.only(~in_all)


def _most_probable(columns: Ints, rows: Ints, logs: Floats) -> Floats:
    """Return upper bounds of the log probability of a completion: every cell at its own most probable count.

    Given the margins, cells are independent Poisson counts with means `rate`, whose modes are the whole parts.
    """
    n = int(rows.sum())
    rate = columns[:, :, None] * (rows / n)
    mode = np.floor(rate)
    cells = special.xlogy(mode, rate) - logs[mode.astype(np.int64)]
    margins = _poisson(columns, logs).sum(axis=1) + _poisson(rows, logs).sum() - _poisson(np.array(n), logs)
    return np.asarray(cells.sum(axis=(1, 2)) - margins, dtype=np.float64)


def _poisson(counts: Ints, logs: Floats) -> Floats:
    """Return log probabilities of counts at their own mean, without the term that cancels."""
    return np.asarray(special.xlogy(counts, counts) - logs[counts], dtype=np.float64)


def completed(tables: Partial, total: int, seen: float, logs: Floats) -> float:
    """Return the probability of the completions at most as probable as `seen`, by a row of the total and a last one.

    Tables that leave the same columns over have the same completions, which are sorted once.
    """
    first = np.flatnonzero(np.append(True, np.diff(tables.code) != 0)) if tables.code.size else tables.code
    stops = np.append(first[1:], tables.code.size)
    chunk = in_chunks(tables.columns[first], total)
    return sum(_completed(tables, first[chunk == k], stops[chunk == k], total, seen, logs) for k in np.unique(chunk))


def _completed(tables: Partial, starts: Ints, stops: Ints, total: int, seen: float, logs: Floats) -> float:
    owner, _, conditional = filled_rows(tables.columns[starts], total, logs)
    ends = np.searchsorted(owner, np.arange(starts.size), side="right")
    p = 0.0
    for alike, ways in zip(map(slice, starts, stops), np.split(conditional, ends[:-1]), strict=True):
        ordered = np.sort(ways)
        summed = np.append(0.0, np.cumsum(np.exp(ordered)))
        reached = np.searchsorted(ordered, seen - tables.logp[alike], side="right")
        p += float(tables.mass[alike] @ summed[reached])
    return p
