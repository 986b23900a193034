"""Partly filled tables of Fisher's exact test: what the filled rows leave over, and how probable they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import special

from exports.survival.errors import NotEstimable
from exports.survival.fisher_rows import fillings, how_many
from exports.survival.inputs import Bools, Floats, Ints

TOO_LARGE: Final = "TOO_LARGE"
LARGEST: Final = 20_000_000  # fillings of one row, over all partly filled tables: some ten seconds
AT_ONCE: Final = 500_000  # of these, to bound the memory
SAME: Final = 1e-10  # of a log probability


@dataclass(frozen=True, eq=False)
class Partial:
    """Distinct partly filled tables: the columns left over (sorted), log probability of one, probability of all alike.

    `code` is a number for the columns.
    """

    columns: Ints
    logp: Floats
    mass: Floats
    code: Ints

    def only(self, which: Bools | Ints) -> Partial:
        """Return some of them."""
        return Partial(self.columns[which], self.logp[which], self.mass[which], self.code[which])


def opening(columns: Ints) -> Partial:
    """Return the empty table. Raises NotEstimable (TOO_LARGE) where columns have too many forms to be numbered."""
    if float(columns.max() + 1) ** (columns.size - 1) >= 2**62:
        raise too_large()
    return Partial(np.sort(columns)[None, :], np.zeros(1), np.ones(1), np.zeros(1, dtype=np.int64))


def log_factorials(n: int) -> Floats:
    """Return log(k!) for k from 0 to n."""
    return np.asarray(special.gammaln(np.arange(1.0, n + 2)), dtype=np.float64)


def log_probability(counts: Ints, logs: Floats) -> float:
    """Return the log probability of a table given its margins."""
    margins = logs[counts.sum(axis=0)].sum() + logs[counts.sum(axis=1)].sum()
    return float(margins - logs[counts.sum()] - logs[counts].sum())


def extended(tables: Partial, total: int, logs: Floats) -> Partial:
    """Return the tables with one more row, of the given total. Raises NotEstimable (TOO_LARGE)."""
    chunk = in_chunks(tables.columns, total)
    base = int(tables.columns.max(initial=0)) + 1
    parts = [_filled(tables.only(chunk == number), total, logs, base) for number in np.unique(chunk)]
    return _merged(parts) if parts else tables


def _filled(tables: Partial, total: int, logs: Floats, base: int) -> Partial:
    owner, left, conditional = filled_rows(tables.columns, total, logs)
    code = left[:, 0]
    for column in range(1, left.shape[1] - 1):
        code = code * base + left[:, column]
    mass = tables.mass[owner] * np.exp(conditional)
    return _merged([Partial(left, tables.logp[owner] + conditional, mass, code)])


def filled_rows(columns: Ints, total: int, logs: Floats) -> tuple[Ints, Ints, Floats]:
    """Return, for each filling of the next row: whose it is, the columns left over, its log probability."""
    owner, row = fillings(columns, total)
    left = columns[owner] - row
    n = int(columns[0].sum())
    whole = logs[columns].sum(axis=1) - (logs[n] - logs[total] - logs[n - total])
    return owner, np.sort(left, axis=1), whole[owner] - logs[row].sum(axis=1) - logs[left].sum(axis=1)


def in_chunks(columns: Ints, total: int) -> Ints:
    """Return a number for each table, the same for those to be filled together. Raises NotEstimable (TOO_LARGE)."""
    expected = np.cumsum(how_many(columns, total))
    if expected.size and expected[-1] > LARGEST:
        raise too_large()
    return (expected // AT_ONCE).astype(np.int64)


def _merged(parts: list[Partial]) -> Partial:
    """Return the tables with those counted as one that leave the same columns over and are equally probable."""
    every = Partial(*(np.concatenate([getattr(part, kind) for part in parts]) for kind in Partial.__annotations__))
    probability = np.round(every.logp / SAME)
    order = np.lexsort((probability, every.code))
    code, probability = every.code[order], probability[order]
    first = np.flatnonzero(np.append(True, (np.diff(code) != 0) | (np.diff(probability) != 0)))
    kept = every.only(order[first])
    return Partial(kept.columns, kept.logp, np.add.reduceat(every.mass[order], first), kept.code)


def too_large() -> NotEstimable:
    """Return the error for a table that cannot be enumerated in good time."""
    return NotEstimable(
        TOO_LARGE,
        "The table has too many possible fillings for an exact test.",
        "Combine its smallest categories, or give the counts without a test.",
    )
