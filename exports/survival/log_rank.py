"""Log-rank test: do the groups have the same hazard of the event (Mantel 1966; Peto and Peto 1972)?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import special

from exports.survival.errors import NO_EVENT, ONE_GROUP, NotEstimable
from exports.survival.inputs import Bools, Floats, Labels, Numbers, days, events, labels
from exports.survival.risk_sets import risk_sets

# Scores whose covariance is this flat, relative to its largest extent, follow from each other but for rounding.
SINGULAR: Final = 1e-12


@dataclass(frozen=True)
class LogRank:
    """A log-rank test; `n`, `observed` and `expected` events run parallel to `levels`.

    A group that nobody of was at risk at any event has no part in the test and lowers `df`. `chisq` and `p` are None
    where the groups were never at risk together at an event.
    """

    levels: tuple[str, ...]
    n: tuple[int, ...]
    observed: tuple[int, ...]
    expected: tuple[float, ...]
    chisq: float | None
    df: int
    p: float | None


def log_rank(time: Numbers, event: Numbers, group: Labels) -> LogRank:
    """Return the log-rank test over all groups; `time` in days, `event` 1 or 0.

    Raises NotEstimable: ONE_GROUP, NO_EVENT, BAD_INPUT, TOO_FEW.
    """
    left, _ = days(time)
    had = events(event, left.size)
    levels, numbers = labels(group, "group", left.size)
    needed(levels, had)
    sets = risk_sets(left, None, numbers, len(levels))
    counts = sets.count(had)
    columns = counts.any(axis=0)
    observed, at_risk = counts[:, columns].astype(np.float64), sets.at_risk[:, columns].astype(np.float64)
    expected, covariance = _moments(observed, at_risk)
    chisq, df, p = quadratic_form(observed.sum(axis=-1) - expected, covariance, expected > 0)
    n, seen = (tuple(table.sum(axis=-1).tolist()) for table in (sets.exits, counts))
    return LogRank(levels, n, seen, tuple(expected.tolist()), chisq, df, p)


def needed(levels: tuple[str, ...], had: Bools) -> None:
    """Raise NotEstimable (ONE_GROUP, NO_EVENT) where there is nothing that could be compared."""
    if len(levels) < 2:
        raise NotEstimable(
            ONE_GROUP, f"There is one group only: {levels[0]}.", "Compare two or more groups, or leave the test out."
        )
    if not had.any():
        raise NotEstimable(
            NO_EVENT, "Nobody had an event, so the groups cannot be compared.", "Give the counts without a test."
        )


def _moments(observed: Floats, at_risk: Floats) -> tuple[Floats, Floats]:
    """Return the expected events by group and their covariance: hypergeometric at each time, given the margins."""
    events_then, total = observed.sum(axis=0), at_risk.sum(axis=0)
    share = at_risk / total
    spread = events_then * (total - events_then) / np.maximum(total - 1, 1)
    return share @ events_then, np.diag(share @ spread) - (share * spread) @ share.T


def quadratic_form(score: Floats, covariance: Floats, informative: Bools) -> tuple[float | None, int, float | None]:
    """Return chi-square, degrees of freedom and p of scores that add up to 0 over the informative groups.

    One of these groups is left out, any one gives the same. Chi-square and p are None where the covariance does not
    determine them.
    """
    kept = np.flatnonzero(informative)[:-1]
    df = int(kept.size)
    covariance = covariance[kept[:, None], kept]
    if not df or not np.isfinite(covariance).all():
        return None, df, None
    spreads, directions = np.linalg.eigh(covariance)
    if spreads[0] <= SINGULAR * spreads[-1]:
        return None, df, None
    chisq = float(((score[kept] @ directions) ** 2 / spreads).sum())
    return chisq, df, float(special.chdtrc(df, chisq))
