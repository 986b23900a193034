"""Who is at risk at each event time of a Cox model, as sorted rows whose sums give every risk set without a loop.

Rows are sorted by stratum and by the last event time at which they are at risk: the sums of the stretches between event
times, accumulated from the end of a stratum, are the sums over its risk sets. With delayed entry, rows that enter
at or after an event time are taken off in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exports.survival.cox_input import CoxInput
from exports.survival.errors import SINGULAR, NotEstimable
from exports.survival.inputs import Floats, Ints


@dataclass(frozen=True, eq=False)
class RiskSets:
    """Rows at risk at one event time or more, sorted; K event times (by stratum), E events, p columns.

    `covariates` (p, rows) are centred in their stratum and scaled to a standard deviation of 1, which leaves the
    likelihood as it is; a coefficient here is the one on the original scale times `scale`.
    """

    covariates: Floats
    moments: Floats
    scale: Floats
    stratum: Ints
    stratum_starts: Ints
    spans: tuple[tuple[int, int], ...]
    starts: Ints
    event_rows: Ints
    event_starts: Ints
    event_set: Ints
    fraction: Floats
    times: Floats
    late_rows: Ints
    late_starts: Ints
    late_sets: Ints

    @property
    def deaths(self) -> Ints:
        """Events at each event time."""
        return np.diff(self.event_starts, append=self.event_rows.size)


def risk_sets(found: CoxInput) -> RiskSets:
    """Return the sorted risk sets (entry < t <= exit). Raises NotEstimable (SINGULAR) for a column without spread."""
    exit_key, entry_key, span = sort_keys(found)
    event_keys, first = np.unique(exit_key[found.event], return_index=True)
    opening = np.searchsorted(event_keys, found.strata * span)
    last = np.searchsorted(event_keys, exit_key, side="right") - 1
    before = np.maximum(np.searchsorted(event_keys, entry_key, side="right"), opening) - 1
    rows = np.flatnonzero(last > before)
    rows = rows[np.argsort(last[rows], kind="stable")]
    last, before, opening, stratum = last[rows], before[rows], opening[rows], found.strata[rows]
    event_rows = np.flatnonzero(found.event[rows])
    sets = np.arange(event_keys.size)
    event_starts = np.searchsorted(last[event_rows], sets)
    late_rows = np.flatnonzero(before >= opening)
    late_rows = late_rows[np.argsort(before[late_rows], kind="stable")]
    late_sets, late_starts = np.unique(before[late_rows], return_index=True)
    stratum_starts = np.flatnonzero(np.diff(stratum, prepend=-1))
    covariates, scale = _standardised(found, rows, stratum_starts)
    return RiskSets(
        covariates=covariates,
        moments=_moments(covariates),
        scale=scale,
        stratum=np.repeat(np.arange(stratum_starts.size), np.diff(stratum_starts, append=rows.size)),
        stratum_starts=stratum_starts,
        spans=_spans(event_keys // span),
        starts=np.searchsorted(last, sets),
        event_rows=event_rows,
        event_starts=event_starts,
        event_set=last[event_rows],
        fraction=_fraction(found.ties, last[event_rows], event_starts),
        times=found.time[found.event][first],
        late_rows=late_rows,
        late_starts=late_starts,
        late_sets=late_sets,
    )


def sort_keys(found: CoxInput) -> tuple[Ints, Ints, int]:
    """Return whole numbers that sort rows by stratum and time: of the exit, of the entry, and the width of a stratum.

    Without delayed entry the key of the entry lies before every time of the stratum.
    """
    both = found.time if found.entry is None else np.concatenate([found.time, found.entry])
    distinct, code = np.unique(both, return_inverse=True)
    span = distinct.size + 1
    base = found.strata * span
    exit_key = base + code[: found.time.size] + 1
    return exit_key, base if found.entry is None else base + code[found.time.size :] + 1, span


def _spans(stratum_of_set: Ints) -> tuple[tuple[int, int], ...]:
    edges = np.flatnonzero(np.diff(stratum_of_set, prepend=-1)).tolist()
    return tuple(zip(edges, [*edges[1:], stratum_of_set.size], strict=True))


def _fraction(ties: str, event_set: Ints, event_starts: Ints) -> Floats:
    """Return Efron's share l/d of the tied events that is off the risk set before the l-th of d events; else 0."""
    if ties == "breslow":
        return np.zeros(event_set.size)
    place = np.arange(event_set.size) - event_starts[event_set]
    return np.asarray(place / np.diff(event_starts, append=event_set.size)[event_set], dtype=np.float64)


def _standardised(found: CoxInput, rows: Ints, stratum_starts: Ints) -> tuple[Floats, Floats]:
    values = np.ascontiguousarray(found.matrix[rows].T)
    sizes = np.diff(stratum_starts, append=rows.size)
    centred = values - np.repeat(np.add.reduceat(values, stratum_starts, axis=1) / sizes, sizes, axis=1)
    scale = np.sqrt(np.mean(centred**2, axis=1))
    flat = np.flatnonzero(scale <= 1e-10 * np.abs(values).max(axis=1))
    if flat.size:
        raise constant(found.names[flat[0]])
    return centred / scale[:, None], scale


def constant(name: str) -> NotEstimable:
    """Return the error of a column that tells nobody apart."""
    return NotEstimable(
        SINGULAR,
        f"{name} has the same value in everybody at risk (within each stratum).",
        f"Leave {name} out of the model.",
    )


def _moments(covariates: Floats) -> Floats:
    """Return 1, x and the products x x' (upper triangle): what sums over risk sets are taken of."""
    first, second = np.triu_indices(len(covariates))
    one = np.ones((1, covariates.shape[1]))
    return np.concatenate([one, covariates, covariates[first] * covariates[second]])
