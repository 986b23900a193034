"""The results of a Cox model: coefficients, hazard ratios and the three tests of the whole model."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from scipy import special

from exports.survival.cox_input import CoxInput
from exports.survival.inputs import Floats

Z95: Final = float(special.ndtri(0.975))


@dataclass(frozen=True)
class Test:
    """A chi-squared statistic, its degrees of freedom and the upper tail."""

    __test__ = False  # not a case for pytest

    chisq: float
    df: int
    p: float


def chi_squared(chisq: float, df: int) -> Test:
    """Return the test of a statistic; a negative one, which only rounding makes, counts as 0."""
    statistic = max(float(chisq), 0.0)
    return Test(statistic, df, float(special.chdtrc(df, statistic)))


def hazard_ratio(coef: Floats) -> Floats:
    """Return exp(coef): inf beyond the largest number, where the unit of the covariate is far too large."""
    with np.errstate(over="ignore"):
        return np.asarray(np.exp(coef), dtype=np.float64)


@dataclass(frozen=True)
class HazardRatio:
    """One coefficient: log hazard ratio, standard error, hazard ratio with Wald interval (95 %), and Wald test."""

    name: str
    coef: float
    se: float
    hr: float
    lower: float
    upper: float
    z: float
    p: float


@dataclass(frozen=True, eq=False)
class CoxFit:
    """A fitted Cox model; arrays run parallel to `names`, intervals are Wald at 95 %, hazard ratios per unit of column.

    `lr`, `wald` and `score` test that all coefficients are 0. `found` is what was fitted, for the checks of the model.
    """

    n: int
    n_events: int
    n_excluded_missing: int
    names: tuple[str, ...]
    terms: dict[str, tuple[int, ...]]
    coef: Floats
    se: Floats
    covariance: Floats
    loglik_null: float
    loglik: float
    lr: Test
    wald: Test
    score: Test
    iterations: int
    ties: str
    found: CoxInput = field(repr=False)

    @property
    def hr(self) -> Floats:
        """Hazard ratios."""
        return hazard_ratio(self.coef)

    @property
    def hr_lower(self) -> Floats:
        """Lower limits of the hazard ratios."""
        return hazard_ratio(self.coef - Z95 * self.se)

    @property
    def hr_upper(self) -> Floats:
        """Upper limits of the hazard ratios."""
        return hazard_ratio(self.coef + Z95 * self.se)

    @property
    def z(self) -> Floats:
        """Coefficients divided by their standard errors."""
        return self.coef / self.se

    @property
    def p(self) -> Floats:
        """Two-sided Wald p values."""
        return np.asarray(2 * special.ndtr(-np.abs(self.z)), dtype=np.float64)

    @property
    def parameters(self) -> int:
        """How many coefficients were estimated."""
        return len(self.names)

    @property
    def events_per_parameter(self) -> float:
        """Events divided by coefficients: below 10 the model is stretched, below 5 it is not to be trusted."""
        return self.n_events / self.parameters

    def row(self, name: str) -> HazardRatio:
        """Return one coefficient's results by its name."""
        i = self.names.index(name)
        limits = float(self.hr_lower[i]), float(self.hr_upper[i])
        test = float(self.z[i]), float(self.p[i])
        return HazardRatio(name, float(self.coef[i]), float(self.se[i]), float(self.hr[i]), *limits, *test)
