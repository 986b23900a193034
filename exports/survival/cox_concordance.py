"""Harrell's concordance of a Cox model, in n log n, with ties, strata and delayed entry.

Harrell FE et al., Stat Med 1996;15:361. A pair counts if one had the event while the other, of the same stratum, was at
risk and went on without it. The standard error is the infinitesimal jackknife over subjects.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exports.survival.cox_input import CoxInput
from exports.survival.cox_result import CoxFit
from exports.survival.cox_risk_sets import sort_keys
from exports.survival.errors import TOO_FEW, NotEstimable
from exports.survival.inputs import Floats, Ints
from exports.survival.rank_counts import below_and_equal


@dataclass(frozen=True)
class Concordance:
    """c = (concordant + tied_risk / 2) / all pairs: how often the one with the higher risk had the event first."""

    c: float
    se: float
    concordant: int
    discordant: int
    tied_risk: int


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Per subject: the pairs it is in, those of equal risk, and concordant less discordant ones."""

    pairs: Ints
    tied: Ints
    balance: Ints


def concordance(fit: CoxFit) -> Concordance:
    """Return the concordance of the model's risk with the order of events. Raises NotEstimable (TOO_FEW): no pair."""
    found = fit.found
    ranks = np.unique(_risk(found, fit.coef), return_inverse=True)[1].astype(np.int64)
    first, later = _as_first(found, ranks), _as_later(found, ranks)
    pairs, tied, balance = int(first.pairs.sum()), int(first.tied.sum()), int(first.balance.sum())
    if pairs == 0:
        raise NotEstimable(TOO_FEW, "No two subjects can be compared.", "Report the number of events alone.")
    own = later.balance - balance / pairs * later.pairs
    own[found.event] += first.balance - balance / pairs * first.pairs
    concordant = (pairs - tied + balance) // 2
    return Concordance(
        c=(1 + balance / pairs) / 2,
        se=float(np.sqrt((own**2).sum())) / pairs / 2,
        concordant=concordant,
        discordant=concordant - balance,
        tied_risk=tied,
    )


def _risk(found: CoxInput, coef: Floats) -> Floats:
    """Return the log hazards, added column by column so that equal covariates give equal numbers to the last bit."""
    risk = np.zeros(found.time.size)
    for column, weight in enumerate(coef):
        risk += weight * found.matrix[:, column]
    return risk


def _as_first(found: CoxInput, ranks: Ints) -> _Pairs:
    """Return the pairs of each event with those at risk who went on without one."""
    exit_key, entry_key, span = sort_keys(found)
    events, ends = exit_key[found.event], (found.strata[found.event] + 1) * span
    # At one time events sort before censorings, so that a search beyond the events finds who went on.
    below, equal, pairs = _within(2 * exit_key + ~found.event, ranks, 2 * events + 1, 2 * ends, ranks[found.event])
    if found.entry is not None:
        late_below, late_equal, late = _within(entry_key, ranks, events, ends, ranks[found.event])
        below, equal, pairs = below - late_below, equal - late_equal, pairs - late
    return _Pairs(pairs, equal, 2 * below + equal - pairs)


def _as_later(found: CoxInput, ranks: Ints) -> _Pairs:
    """Return the pairs of each subject with the events of others during its time at risk."""
    exit_key, entry_key, _ = sort_keys(found)
    events = exit_key[found.event]
    below, equal, pairs = _within(events, ranks[found.event], entry_key + 1, exit_key + ~found.event, ranks)
    return _Pairs(pairs, equal, pairs - equal - 2 * below)


def _within(keys: Ints, ranks: Ints, low: Ints, high: Ints, bound: Ints) -> tuple[Ints, Ints, Ints]:
    """Return how many with low <= key < high have a rank below the bound, equal to it, and how many there are."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    start, stop = np.searchsorted(ordered, low), np.searchsorted(ordered, high)
    below, equal = below_and_equal(ranks[order], start, stop, bound)
    return below, equal, stop - start
