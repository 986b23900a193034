"""Gray's test: do the groups have the same cumulative incidence of a cause (Gray 1988, doi:10.1214/aos/1176350951)?

Written from the formulas of the article. The two corrections for ties are those of R's cmprsk, whose results it gives.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exports.survival.inputs import Bools, Floats, Ints, Labels, Numbers, days, labels, refused, statuses
from exports.survival.log_rank import needed, quadratic_form
from exports.survival.risk_sets import just_before, product_limit, risk_sets
from exports.survival.steps import ROUNDING


@dataclass(frozen=True)
class GroupTest:
    """A test over groups. `chisq` and `p` are None where the data do not determine it.

    That is, where no two groups were at risk together at an event (`df` is then 0), or their scores are not distinct.
    """

    chisq: float | None
    df: int
    p: float | None


@dataclass(frozen=True, eq=False)
class _Part:
    """What one stratum adds to the tests, causes first: scores, covariances, and which groups could be compared."""

    score: Floats
    covariance: Floats
    informative: Bools


@dataclass(frozen=True, eq=False)
class _Seen:
    """One stratum, by groups and times of an event: at risk, survival of all causes after and just before the time.

    By causes, groups and times: events of the cause and of the others, and the share free of the cause just before.
    """

    at_risk: Floats
    surv: Floats
    before: Floats
    own: Floats
    others: Floats
    free: Floats


def gray_test(
    time: Numbers, status: Numbers, group: Labels, *, strata: Labels | None = None, rho: float = 0.0
) -> dict[int, GroupTest]:
    """Return the test of each cause that occurs; with `strata`, groups are compared inside each stratum.

    `time` in days, `status` 0 for censored and causes from 1; `rho` is the power of 1 - F in the weight (0: all times
    count alike). A group that is nowhere at risk together with another lowers `df`.
    Raises NotEstimable: ONE_GROUP, NO_EVENT, BAD_INPUT, TOO_FEW.
    """
    left, _ = days(time)
    codes = statuses(status, left.size)
    levels, group_of = labels(group, "group", left.size)
    needed(levels, codes > 0)
    if not np.isfinite(rho):
        raise refused(f"rho is {rho}.", "Give a finite number; 0 is usual.")
    causes = [int(cause) for cause in np.unique(codes) if cause]
    parts = [
        _sums(_seen(left[people], codes[people], group_of[people], len(levels), causes), rho)
        for people in _by_stratum(strata, codes > 0)
    ]
    return {cause: _together(parts, row) for row, cause in enumerate(causes)}


def _by_stratum(strata: Labels | None, had: Bools) -> list[Ints] | list[slice]:
    """Return the people of each stratum in which anybody had an event; the others add nothing."""
    if strata is None:
        return [slice(None)]
    levels, stratum = labels(strata, "strata", had.size)
    order = np.argsort(stratum, kind="stable")
    people = np.split(order, np.cumsum(np.bincount(stratum, minlength=len(levels)))[:-1])
    return [found for found in people if had[found].any()]


def _together(parts: list[_Part], cause: int) -> GroupTest:
    score = sum((part.score[cause] for part in parts[1:]), parts[0].score[cause])
    covariance = sum((part.covariance[cause] for part in parts[1:]), parts[0].covariance[cause])
    informative = np.any([part.informative[cause] for part in parts], axis=0)
    return GroupTest(*quadratic_form(score, covariance, informative))


def _seen(left: Floats, codes: Ints, group: Ints, groups: int, causes: list[int]) -> _Seen:
    sets = risk_sets(left, None, group, groups)
    own = np.stack([sets.count(codes == cause) for cause in causes])
    every: Ints = own.sum(axis=0)
    surv = product_limit(every, sets.at_risk)
    before = just_before(surv, 1.0)
    free = 1 - just_before(np.cumsum(own * (before / np.maximum(sets.at_risk, 1)), axis=-1), 0.0)
    at = every.any(axis=0)
    counts = (table[..., at].astype(np.float64) for table in (sets.at_risk, own, every - own))
    at_risk, events, others = counts
    return _Seen(at_risk, surv[:, at], before[:, at], events, others, free[..., at])


def _sums(seen: _Seen, rho: float) -> _Part:
    """Return scores and covariances of all causes in one stratum.

    `reach` estimates how many would be at risk had the other causes removed nobody and censoring gone on as it did;
    `pooled` is the incidence of all groups together if the hypothesis holds. Where it is 1 and groups are still being
    compared, the covariance is nan: not defined.
    """
    at_risk, before, there = seen.at_risk, seen.before, seen.at_risk > 0
    shared = there.sum(axis=0) > 1
    reach = _over(at_risk, before)
    total, events = reach.sum(axis=0), seen.own.sum(axis=1, keepdims=True)
    rate = events / total
    pooled = np.cumsum(rate, axis=-1)
    left_before = 1 - just_before(pooled, 0.0)
    weight = _weight(left_before, shared, rho)
    exposed = reach * seen.free
    excess = seen.own - exposed * _over(events, exposed.sum(axis=1, keepdims=True))
    per_person = _over(before, at_risk) * there
    compared = shared & (events > 0)
    covariance = _covariance(
        weight * reach,
        reach / total,
        np.where(compared, rate / np.where(np.abs(left_before) > ROUNDING, left_before, np.nan), 0.0),
        np.where(seen.surv > 0, _over(1 - pooled, seen.surv), 0.0),
        _untied(events, total * before) * per_person * rate,
        _untied(seen.others, at_risk) * seen.others * per_person**2,
    )
    return _Part((weight * excess).sum(axis=-1), covariance, (compared & there).any(axis=-1))


def _weight(left_before: Floats, shared: Bools, rho: float) -> Floats | float:
    """Return (1 - F)^rho of the pooled F. Once one group is left, which adds nothing, F can have gone beyond 1."""
    if not rho:
        return 1.0
    with np.errstate(divide="ignore", invalid="ignore"):
        weight: Floats = np.where(shared, left_before, 1.0) ** rho
    return weight


def _untied(events: Floats, at_risk: Floats) -> Floats | float:
    """Return the correction for ties, 1 - (d - 1) / (n - 1), 1 where no two events share their time."""
    tied = events > 1
    return 1 - np.where(tied, _over(events - 1, at_risk - 1), 0.0) if tied.any() else 1.0


def _covariance(
    scaled: Floats, share: Floats, hazard: Floats, ratio: Floats, own_spread: Floats, other_spread: Floats
) -> Floats:
    """Return the covariances of the scores, causes first: the martingale sums of each group, one group at a time.

    The scores add up to 0, so those of the last group follow from the others.
    """
    parts = []
    scaled, last = scaled[..., :-1, :], len(share) - 1
    for group in range(len(share)):
        direct = -scaled * share[group]
        if group < last:
            direct[..., group, :] += scaled[..., group, :]
        summed = np.cumsum(direct * hazard, axis=-1)
        to_come = summed[..., -1:] - summed
        through_others = to_come * ratio[:, [group]]
        own = direct + to_come - through_others
        parts.append((own * own_spread[:, [group]]) @ own.swapaxes(1, 2))
        parts.append((through_others * other_spread[:, [group]]) @ through_others.swapaxes(1, 2))
    completing = np.vstack([np.eye(last), -np.ones(last)])
    covariance: Floats = completing @ np.sum(parts, axis=0) @ completing.T
    return covariance


def _over(above: Floats, below: Floats) -> Floats:
    """Return the quotient; what is divided by 0 is 0 itself and stays so, or is not used."""
    quotient: Floats = above / np.where(below, below, 1.0)
    return quotient
