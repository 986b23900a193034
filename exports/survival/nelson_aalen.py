"""The cumulative hazard of Nelson and Aalen: what imputation is told about a person's follow-up."""

from __future__ import annotations

import numpy as np

from exports.survival.inputs import Floats, Numbers, days, events


def nelson_aalen(time: Numbers, event: Numbers, entry: Numbers | None = None) -> Floats:
    """Return the cumulative hazard at each person's own time, the events of that day counted.

    `time` and `entry` in days, `event` 1 or 0; with `entry` the risk set is entry < t <= exit, and the hazard is
    counted from day 0 for everybody. Nelson, Technometrics 1972;14:945; Aalen, Ann Stat 1978;6:701; its use in
    imputation: White and Royston, Stat Med 2009;28:1982. Raises NotEstimable: BAD_INPUT, TOO_FEW.
    """
    left, entered = days(time, entry)
    had = events(event, left.size)
    moments, deaths = np.unique(left[had], return_counts=True)
    at_risk = left.size - np.searchsorted(np.sort(left), moments)
    if entered is not None:
        at_risk = at_risk - (left.size - np.searchsorted(np.sort(entered), moments))
    hazard = np.append(0.0, np.cumsum(deaths / at_risk))
    return np.asarray(hazard[np.searchsorted(moments, left, side="right")], dtype=np.float64)
