"""Who is at risk at each distinct time, by group: counts made once, without a loop over times.

Events come before censorings of the same day, and all causes of a day share its risk set: who leaves at t is at risk
at t. With delayed entry the risk set is entry < t <= exit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exports.survival.inputs import Bools, Floats, Ints, day


@dataclass(frozen=True, eq=False)
class RiskSets:
    """Counts by group (rows) and distinct exit time (columns).

    `group` and `column` place each person; `exits` is how many leave at a time, for any reason; `entries` are the days
    of entry by person, None without delayed entry.
    """

    times: Floats
    group: Ints
    column: Ints
    exits: Ints
    at_risk: Ints
    entries: Floats | None

    def count(self, people: Bools) -> Ints:
        """Return how many of these people leave in each group, at each time."""
        return _table(self.group[people], self.column[people], self.exits.shape)

    def follow_up(self, group: int) -> FollowUp:
        """Return the risk sets of one group at its own times."""
        own = self.exits[group] > 0
        entries = None if self.entries is None else np.sort(self.entries[self.group == group])
        return FollowUp(own, self.times[own], self.exits[group][own], self.at_risk[group][own], entries)


@dataclass(frozen=True, eq=False)
class FollowUp:
    """One group's risk sets over its own distinct exit times; `own` marks these among the times of all groups."""

    own: Bools
    times: Floats
    exits: Ints
    at_risk: Ints
    entries: Floats | None

    @property
    def n(self) -> int:
        """Return how many people the group has."""
        return int(self.exits.sum())

    @property
    def last(self) -> float:
        """Return the day of the last follow-up. No curve of the group goes beyond it."""
        return float(self.times[-1])

    def column(self, t: float) -> int:
        """Return the position of the last time on or before day t; -1 before the first."""
        return int(np.searchsorted(self.times, day(t), side="right")) - 1

    def n_at_risk(self, t: float) -> int:
        """Return how many are at risk at day t: entered before it, and not gone before it."""
        gone = int(self.exits[: np.searchsorted(self.times, day(t))].sum())
        return (self.n if self.entries is None else int(np.searchsorted(self.entries, t))) - gone


@dataclass(frozen=True, eq=False)
class Followed:
    """What the curves of one group have in common: how it was followed."""

    follow_up: FollowUp

    @property
    def n(self) -> int:
        """Return how many people the group has."""
        return self.follow_up.n

    @property
    def last(self) -> float:
        """Return the day of the last follow-up."""
        return self.follow_up.last

    @property
    def times(self) -> Floats:
        """Return the distinct days at which somebody left."""
        return self.follow_up.times

    @property
    def at_risk(self) -> Ints:
        """Return how many were at risk just before each time."""
        return self.follow_up.at_risk


def risk_sets(days: Floats, entries: Floats | None, group: Ints, groups: int) -> RiskSets:
    """Return the risk sets of checked input: exit days, entry days or None, and group numbers below `groups`."""
    times, column = np.unique(days, return_inverse=True)
    exits = _table(group, column, (groups, times.size))
    gone = exits.cumsum(axis=-1) - exits
    return RiskSets(times, group, column, exits, _entered(times, entries, group, exits) - gone, entries)


def _entered(times: Floats, entries: Floats | None, group: Ints, exits: Ints) -> Ints:
    """Return how many of each group entered before each time."""
    if entries is None:
        everybody: Ints = exits.sum(axis=-1, keepdims=True)
        return everybody
    by_group = [np.sort(entries[group == number]) for number in range(len(exits))]
    return np.stack([np.searchsorted(found, times) for found in by_group])


def _table(group: Ints, column: Ints, shape: tuple[int, ...]) -> Ints:
    groups, columns = shape
    found: Ints = np.bincount(group * columns + column, minlength=groups * columns).reshape(groups, columns)
    return found


def product_limit(events: Ints, at_risk: Ints) -> Floats:
    """Return the product-limit survival just after each time, times last; it stays where nobody is at risk."""
    return np.cumprod(1 - events / np.maximum(at_risk, 1), axis=-1, dtype=np.float64)


def just_before(curve: Floats, start: float) -> Floats:
    """Return step functions just before each of their times: the value of the time before, `start` at the first."""
    earlier = np.empty_like(curve)
    earlier[..., 0] = start
    earlier[..., 1:] = curve[..., :-1]
    return earlier
