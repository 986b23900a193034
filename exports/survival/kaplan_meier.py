"""Survival by the product-limit method (Kaplan and Meier 1958), and follow-up by the same method reversed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from exports.survival.inputs import Bools, Floats, Ints, Labels, Numbers, days, events, labels
from exports.survival.risk_sets import Followed, RiskSets, product_limit, risk_sets
from exports.survival.steps import falls_to_half, known, log_log_limits


@dataclass(frozen=True)
class SurvivalAt:
    """Survival at one day: the share without the event by its end, `n_at_risk` just before it.

    All but the count are None after the last follow-up; the limits also where survival is 1 or 0, and the standard
    error where it is 0. Before anybody left, the limits are 1 and 1 as in R: no interval, do not print them as one.
    """

    time: float
    n_at_risk: int
    surv: float | None
    se: float | None
    ci_lower: float | None
    ci_upper: float | None


@dataclass(frozen=True)
class Median:
    """A median time with its 95 % interval, in days; None where it is not reached."""

    median: float | None
    lower: float | None
    upper: float | None


@dataclass(frozen=True, eq=False)
class Survival(Followed):
    """Survival of one group over its distinct times; `se` is that of S (Greenwood 1926), nan where S is 0."""

    events: Ints
    surv: Floats
    se: Floats

    @property
    def n_events(self) -> int:
        """Return how many had the event."""
        return int(self.events.sum())

    @cached_property
    def limits(self) -> tuple[Floats, Floats]:
        """Return the pointwise 95 % limits, symmetric on log(-log S); nan where S is 1 or 0."""
        return log_log_limits(self.surv, self.se)

    def at(self, t: float) -> SurvivalAt:
        """Return survival at day t, the events of day t counted."""
        column, at_risk = self.follow_up.column(t), self.follow_up.n_at_risk(t)
        if t > self.last:
            return SurvivalAt(t, at_risk, None, None, None, None)
        if column < 0:
            return SurvivalAt(t, at_risk, 1.0, 0.0, 1.0, 1.0)
        lower, upper = (known(limit[column]) for limit in self.limits)
        return SurvivalAt(t, at_risk, float(self.surv[column]), known(self.se[column]), lower, upper)

    def median(self) -> Median:
        """Return the median time; its interval is where the limits cross a half (Brookmeyer and Crowley 1982).

        Where survival runs at exactly a half, the median is the middle of that stretch.
        """
        lower, upper = self.limits
        return Median(*(falls_to_half(self.times, curve) for curve in (self.surv, lower, upper)))


def kaplan_meier(
    time: Numbers, event: Numbers, *, group: Labels | None = None, entry: Numbers | None = None
) -> dict[str, Survival]:
    """Return the survival of each group, "all" without groups.

    `time` and `entry` are days from one clock, `event` is 1 or 0; with `entry` the risk set is entry < t <= exit. An
    early risk set of very few people can then bring survival to 0 for good: look at `at_risk`.
    Raises NotEstimable: BAD_INPUT, TOO_FEW.
    """
    left, entered = days(time, entry)
    return _by_group(left, entered, events(event, left.size), group)


def reverse_kaplan_meier(
    time: Numbers, event: Numbers, *, group: Labels | None = None, entry: Numbers | None = None
) -> dict[str, Survival]:
    """Return the distribution of follow-up of each group: censoring is the event, the event censors.

    Its median is the median follow-up (Schemper and Smith 1996). Takes and raises what `kaplan_meier` does.
    """
    left, entered = days(time, entry)
    return _by_group(left, entered, ~events(event, left.size), group)


def _by_group(left: Floats, entered: Floats | None, had: Bools, group: Labels | None) -> dict[str, Survival]:
    levels, numbers = labels(group, "group", left.size)
    sets = risk_sets(left, entered, numbers, len(levels))
    counts = sets.count(had)
    return {level: _of_group(sets, counts, number) for number, level in enumerate(levels)}


def _of_group(sets: RiskSets, counts: Ints, group: int) -> Survival:
    follow_up = sets.follow_up(group)
    own, at_risk = counts[group][follow_up.own], follow_up.at_risk
    surv = product_limit(own, at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        se = surv * np.sqrt(np.cumsum(own / (at_risk * (at_risk - own).astype(np.float64))))
    return Survival(follow_up, own, surv, se)
