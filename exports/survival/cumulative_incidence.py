"""Cumulative incidence of competing events: the probability of each cause by day t (Aalen and Johansen 1978)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from exports.survival.incidence_variance import aalen_weights, greenwood_weights, variance
from exports.survival.inputs import Floats, Ints, Labels, Numbers, days, labels, refused, statuses
from exports.survival.risk_sets import Followed, FollowUp, RiskSets, just_before, product_limit, risk_sets
from exports.survival.steps import ROUNDING, known, log_log_limits, rises_to_half

NOTHING: Final = (None, None, None, None, None)


@dataclass(frozen=True, eq=False)
class Curve:
    """One cause in one group, over the group's distinct times: events at each, probability by then, its variance."""

    n_events: int
    events: Ints
    est: Floats
    var: Floats

    @cached_property
    def limits(self) -> tuple[Floats, Floats]:
        """Return the pointwise 95 % limits, symmetric on log(-log F); nan where F is 0 or 1."""
        return log_log_limits(self.est, np.sqrt(self.var))


@dataclass(frozen=True)
class Incidence:
    """A cumulative incidence at one day. `n_at_risk` is just before the day, `n_events` counts to its end.

    The estimate, its variance and its limits are None after the last follow-up; the limits also where it is 0 or 1.
    """

    time: float
    n_at_risk: int
    n_events: int
    est: float | None
    var: float | None
    se: float | None
    ci_lower: float | None
    ci_upper: float | None


@dataclass(frozen=True, eq=False)
class CumulativeIncidence(Followed):
    """The cumulative incidence of every cause in one group. `causes` holds each cause that anybody of any group had."""

    causes: dict[int, Curve]

    def curve(self, cause: int = 1) -> Curve:
        """Return the curve of a cause, flat at 0 for one that nobody had."""
        if cause < 1:
            raise refused(f"{cause} is not a cause.", "Ask for a status code from 1.")
        flat = np.zeros(self.times.size)
        return self.causes.get(cause) or Curve(0, flat.astype(np.int64), flat, flat)

    def at(self, t: float, cause: int = 1) -> Incidence:
        """Return the incidence by day t, the events of day t included."""
        curve, column, at_risk = self.curve(cause), self.follow_up.column(t), self.follow_up.n_at_risk(t)
        if t > self.last:
            return Incidence(t, at_risk, curve.n_events, *NOTHING)
        if column < 0:
            return Incidence(t, at_risk, 0, 0.0, 0.0, 0.0, None, None)
        est, var = float(curve.est[column]), float(curve.var[column])
        lower, upper = (known(limit[column]) for limit in curve.limits)
        return Incidence(t, at_risk, int(curve.events[: column + 1].sum()), est, var, var**0.5, lower, upper)

    def time_to_half(self, cause: int = 1) -> float | None:
        """Return the first day by which half of the group had the event, None where that is not reached."""
        return rises_to_half(self.times, self.curve(cause).est)

    def median_interval(self, cause: int = 1) -> tuple[float | None, float | None]:
        """Return the 95 % interval of the time to a half: where the upper and the lower limit of F reach a half."""
        lower, upper = self.curve(cause).limits
        return rises_to_half(self.times, upper), rises_to_half(self.times, lower)


def cumulative_incidence(
    time: Numbers, status: Numbers, *, group: Labels | None = None, entry: Numbers | None = None
) -> dict[str, CumulativeIncidence]:
    """Return the cumulative incidence of each group, "all" without groups.

    `time` and `entry` are days from one clock, `status` is 0 for censored and a cause from 1, `group` are labels; with
    `entry` the risk set is entry < t <= exit. Without it the variance is Aalen's with a correction for ties, with it
    Greenwood's (`incidence_variance`). With delayed entry an early risk set can be of very few people, and the
    incidence is complete once all of them had an event: look at `at_risk`.
    Raises NotEstimable: BAD_INPUT, TOO_FEW.
    """
    left, entered = days(time, entry)
    codes = statuses(status, left.size)
    levels, numbers = labels(group, "group", left.size)
    sets = risk_sets(left, entered, numbers, len(levels))
    causes = [int(cause) for cause in np.unique(codes) if cause]
    counts = np.stack([sets.count(codes == cause) for cause in causes or [1]])
    return {level: _of_group(sets, causes, counts, number) for number, level in enumerate(levels)}


def _of_group(sets: RiskSets, causes: list[int], counts: Ints, group: int) -> CumulativeIncidence:
    follow_up = sets.follow_up(group)
    events = counts[:, group, follow_up.own]
    est, var = _estimates(events, follow_up)
    totals = events.sum(axis=-1).tolist()
    curves = {cause: Curve(totals[row], events[row], est[row], var[row]) for row, cause in enumerate(causes)}
    return CumulativeIncidence(follow_up, curves)


def _estimates(events: Ints, follow_up: FollowUp) -> tuple[Floats, Floats]:
    """Return the incidences and their variances of the causes with these events: causes by times."""
    every: Ints = events.sum(axis=0)
    at_risk = follow_up.at_risk
    surv = product_limit(every, at_risk)
    per_person = just_before(surv, 1.0) / np.maximum(at_risk, 1)
    est = np.cumsum(events * per_person, axis=-1)
    est[est > 1 - ROUNDING] = 1.0
    weights = aalen_weights if follow_up.entries is None else greenwood_weights
    return est, variance(est, surv, weights(events, every - events, at_risk), per_person**2)
