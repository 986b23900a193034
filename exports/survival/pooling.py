"""One result from the analyses of several imputed data sets: Rubin's rules with Barnard and Rubin's degrees of freedom.

Rubin DB, Multiple Imputation for Nonresponse in Surveys, 1987; Barnard and Rubin, Biometrika 1999;86:948.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from exports.survival.errors import TOO_FEW, NotEstimable
from exports.survival.inputs import Floats, refused


@dataclass(frozen=True)
class PooledRow:
    """One coefficient, pooled; hr is exp(coef), its limits (95 %) and p are from the t distribution with `df`."""

    coef: float
    se: float
    df: float
    hr: float
    lower: float
    upper: float
    p: float


@dataclass(frozen=True, eq=False)
class Pooled:
    """Coefficients pooled over `m` imputations; arrays have one entry per coefficient.

    Variances `within` and `between` imputations and `total`; `df_old` for a large sample (inf where the imputations
    agree), `df` for this one; `missing_information` is the share of information lost by the missing values.
    """

    m: int
    coef: Floats
    within: Floats
    between: Floats
    total: Floats
    df_old: Floats
    df: Floats
    missing_information: Floats
    hr: Floats
    lower: Floats
    upper: Floats
    p: Floats

    @property
    def se(self) -> Floats:
        """Standard errors of the coefficients."""
        return np.sqrt(self.total)

    def row(self, i: int) -> PooledRow:
        """Return the results of one coefficient by its place."""
        found = (self.coef, self.se, self.df, self.hr, self.lower, self.upper, self.p)
        return PooledRow(*(float(values[i]) for values in found))


def rubin(
    estimates: Sequence[Any] | npt.NDArray[Any], variances: Sequence[Any] | npt.NDArray[Any], *, df_complete: float
) -> Pooled:
    """Return pooled coefficients of m imputations by k coefficients, on the scale of the log hazard ratio.

    `variances` is (m, k), or the covariance matrices (m, k, k); `df_complete` are the degrees of freedom had nothing
    been missing, in a Cox model people less coefficients. Raises NotEstimable: TOO_FEW with fewer than two imputations
    or without degrees of freedom, BAD_INPUT for missing or infinite numbers or shapes that do not agree.
    """
    coefs, spread = _checked(estimates, variances, df_complete)
    m, k = coefs.shape
    coef, within = coefs.mean(axis=0), spread.mean(axis=0)
    between = coefs.var(axis=0, ddof=1)
    total = within + (1 + 1 / m) * between
    share = (1 + 1 / m) * between / total
    old = np.divide(m - 1, share**2, out=np.full(k, np.inf), where=share > 0)
    df = _barnard_rubin(old, share, df_complete)
    reach = special.stdtrit(df, 0.975) * np.sqrt(total)
    information = share + (1 - share) * 2 / (df + 3)
    p = 2 * special.stdtr(df, -np.abs(coef) / np.sqrt(total))
    limits = np.exp(coef - reach), np.exp(coef + reach)
    return Pooled(m, coef, within, between, total, old, df, information, np.exp(coef), *limits, p)


def _barnard_rubin(old: Floats, share: Floats, df_complete: float) -> Floats:
    observed = (df_complete + 1) / (df_complete + 3) * df_complete * (1 - share)
    return np.asarray(1 / (1 / old + 1 / observed), dtype=np.float64)


def _checked(estimates: Any, variances: Any, df_complete: float) -> tuple[Floats, Floats]:
    coefs, spread = np.asarray(estimates, dtype=np.float64), np.asarray(variances, dtype=np.float64)
    if spread.ndim == 3:
        spread = np.diagonal(spread, axis1=1, axis2=2)
    if coefs.ndim != 2 or coefs.shape != spread.shape:
        raise refused("Coefficients and variances do not agree in shape.", "Give one row per imputation to both.")
    if not (np.isfinite(coefs).all() and np.isfinite(spread).all() and (spread > 0).all()):
        raise refused("A coefficient or variance is missing, infinite or 0.", "Leave out models that did not converge.")
    if len(coefs) < 2 or not 0 < df_complete < np.inf:
        raise NotEstimable(
            TOO_FEW,
            f"{len(coefs)} imputations with {df_complete} degrees of freedom cannot be pooled.",
            "Impute at least twice, better 20 times, and use fewer coefficients than people.",
        )
    return coefs, spread
