"""The partial likelihood and the concordance written as loops over subjects: slow, and plainly the definition."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Cohort:
    """Random subjects in whole days, so with many ties, who enter late and belong to strata."""

    time: np.ndarray
    event: np.ndarray
    x: np.ndarray
    entry: np.ndarray
    strata: list[str]

    def at_risk(self, t: float, stratum: str) -> list[int]:
        return [
            i
            for i in range(self.time.size)
            if self.strata[i] == stratum and self.entry[i] < t <= self.time[i]
        ]  # fmt: skip


def cohort(seed: int = 7, rows: int = 60) -> Cohort:
    draw = np.random.default_rng(seed)
    time = draw.integers(1, 15, rows).astype(float)
    entry = np.floor(time * draw.uniform(0, 0.9, rows))
    x = np.column_stack([draw.integers(0, 2, rows), draw.normal(60, 10, rows)])
    return Cohort(time, draw.random(rows) < 0.6, x, entry, draw.choice(["a", "b", "c"], rows).tolist())


def log_likelihood(people: Cohort, beta: np.ndarray, ties: str) -> float:
    """Return the log partial likelihood, one event time of one stratum after the other."""
    total, risk = 0.0, np.exp(people.x @ beta)
    for stratum in sorted(set(people.strata)):
        own = [i for i in range(people.time.size) if people.strata[i] == stratum and people.event[i]]
        for t in sorted({people.time[i] for i in own}):
            tied = [i for i in own if people.time[i] == t]
            everybody, those = risk[people.at_risk(t, stratum)].sum(), risk[tied].sum()
            for place in range(len(tied)):
                off = place / len(tied) * those if ties == "efron" else 0.0
                total -= np.log(everybody - off)
            total += np.log(risk[tied]).sum()
    return total


def concordant_share(people: Cohort, beta: np.ndarray) -> float:
    """Return (concordant + half of those tied in risk) / pairs, pair by pair."""
    risk, pairs, score = people.x @ beta, 0, 0.0
    for i in np.flatnonzero(people.event):
        for j in people.at_risk(people.time[i], people.strata[i]):
            if people.time[j] > people.time[i] or not people.event[j]:
                pairs += 1
                score += 1.0 if risk[i] > risk[j] else 0.5 if risk[i] == risk[j] else 0.0
    return score / pairs
