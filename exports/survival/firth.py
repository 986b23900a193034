"""Firth's penalised Cox model: finite hazard ratios where events are few or a group has none.

Firth D, Biometrika 1993;80:27; Heinze G, Schemper M, Biometrics 2001;57:114. The penalty is half the log determinant of
the information. Intervals are profile penalised likelihood and p values penalised likelihood-ratio tests, the other
coefficients being maximised anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from exports.survival.cox_design import Design
from exports.survival.cox_input import CoxInput, cox_input
from exports.survival.cox_result import chi_squared, hazard_ratio
from exports.survival.cox_risk_sets import RiskSets, risk_sets
from exports.survival.firth_likelihood import Penalised, maximised
from exports.survival.firth_profile import profile_limits
from exports.survival.inputs import Floats, Labels, Numbers


@dataclass(frozen=True)
class FirthRow:
    """One coefficient: hazard ratio with profile interval (95 %) and penalised likelihood-ratio p."""

    name: str
    coef: float
    hr: float
    lower: float
    upper: float
    p: float


@dataclass(frozen=True, eq=False)
class FirthFit:
    """A penalised Cox model; arrays run parallel to `names`, `lower` and `upper` are limits of the hazard ratios.

    A limit is nan where the profile cannot be followed that far: next to no information, as with one or two events.
    """

    n: int
    n_events: int
    n_excluded_missing: int
    names: tuple[str, ...]
    coef: Floats
    hr: Floats
    lower: Floats
    upper: Floats
    p: Floats
    penalised_loglik: float
    ties: str

    def row(self, name: str) -> FirthRow:
        """Return one coefficient's results by its name."""
        i = self.names.index(name)
        numbers = (float(values[i]) for values in (self.coef, self.hr, self.lower, self.upper, self.p))
        return FirthRow(name, *numbers)


def firth(
    time: Numbers,
    event: Numbers,
    covariates: Design | Sequence[Any] | npt.NDArray[Any],
    *,
    names: Sequence[str] | None = None,
    entry: Numbers | None = None,
    strata: Labels | None = None,
    ties: str = "efron",
) -> FirthFit:
    """Return the penalised fit; input as in `cox`.

    Raises NotEstimable: BAD_INPUT, NO_EVENT, SINGULAR, NOT_CONVERGED.
    """
    found = cox_input(time, event, covariates, names=names, entry=entry, strata=strata, ties=ties)
    sets = risk_sets(found)
    best = maximised(sets, found.names)
    limits = [profile_limits(sets, best, column) for column in range(len(found.names))]
    return _fit(found, sets, best, np.array(limits))


def _fit(found: CoxInput, sets: RiskSets, best: Penalised, limits: Floats) -> FirthFit:
    coef = best.beta / sets.scale
    return FirthFit(
        n=found.time.size,
        n_events=int(found.event.sum()),
        n_excluded_missing=found.n_excluded_missing,
        names=found.names,
        coef=coef,
        hr=hazard_ratio(coef),
        lower=hazard_ratio(limits[:, 0] / sets.scale),
        upper=hazard_ratio(limits[:, 1] / sets.scale),
        p=np.array([_p_of_zero(sets, best, column) for column in range(coef.size)]),
        penalised_loglik=best.value + float(np.log(sets.scale).sum()),
        ties=found.ties,
    )


def _p_of_zero(sets: RiskSets, best: Penalised, column: int) -> float:
    start = best.beta.copy()
    start[column] = 0
    return chi_squared(2 * (best.value - maximised(sets, (), start=start, held=column).value), 1).p
