"""Variance of a cumulative incidence at every time at once.

The variance at t sums, over the times u <= t, a square in g = (F(t) - F(u)) / S(u): the chance to have the event from
u to t for who is still at risk after u. With F(t) = F(end) - e(t), g(t) = g(end) - e(t) / S(u); so three running sums
give the variance at every t. All of them are bounded where S is small, so that little is lost by rounding.
"""

from __future__ import annotations

import numpy as np

from exports.survival.inputs import Floats, Ints

Square = tuple[Floats, Floats, Floats]


def aalen_weights(events: Ints, others: Ints, at_risk: Ints) -> Square:
    """Return the square in g of Aalen 1978: d1 (1 - g)^2 + d2 g^2, each count corrected for its ties.

    `events` (d1) are of the cause, `others` (d2) of all other causes. The correction (n - d) / (n - 1), where d > 1, is
    that of R's cmprsk: with it the standard errors are those of the published competing-risk analyses.
    """
    ties = 1 / np.maximum(at_risk - 1, 1)
    own = np.where(events > 1, events * (at_risk - events) * ties, events)
    return own, -2 * own, own + np.where(others > 1, others * (at_risk - others) * ties, others)


def greenwood_weights(events: Ints, others: Ints, at_risk: Ints) -> Square:
    """Return the square in g of the multinomial variance: d1 (1 - g)^2 + d2 g^2 - (d1 - d g)^2 / n, d = d1 + d2.

    It is the one in use with delayed entry (Andersen, Borgan, Gill and Keiding 1993; Allignol, Schumacher and
    Beyersmann 2010).
    """
    every = events + others
    spared = 1 - every / at_risk
    return events * (1 - events / at_risk), -2 * events * spared, every * spared


def variance(est: Floats, surv: Floats, weights: Square, scale: Floats) -> Floats:
    """Return the variance of `est` at each time, times last, from `weights` times `scale` = (S(u-) / n(u))^2.

    `surv` is the survival of all causes just after each time; once it is 0, nothing can follow and g is 0.
    """
    per_survivor = np.divide(1, surv, out=np.zeros_like(surv), where=surv > 0)
    short = est[..., -1:] - est
    to_end = short * per_survivor
    constant, linear, square = (part * scale for part in weights)
    bent = square * to_end
    fixed = np.cumsum(constant + (linear + bent) * to_end, axis=-1)
    slope = np.cumsum((linear + 2 * bent) * per_survivor, axis=-1)
    bend = np.cumsum(square * per_survivor**2, axis=-1)
    found: Floats = np.maximum(fixed + short * (short * bend - slope), 0.0) * (est > 0)
    return found
