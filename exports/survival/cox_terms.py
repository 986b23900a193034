"""The likelihood-ratio test of each term of a Cox model: the fit without the term against the fit with it."""

from __future__ import annotations

from exports.survival.cox import fitted
from exports.survival.cox_result import CoxFit, Test, chi_squared


def drop_one(fit: CoxFit) -> dict[str, Test]:
    """Return the test of each term, with one degree of freedom per column; all fits are on the same subjects."""
    return {term: _without(fit, columns) for term, columns in fit.terms.items()}


def _without(fit: CoxFit, columns: tuple[int, ...]) -> Test:
    rest = [column for column in range(fit.parameters) if column not in columns]
    loglik = fitted(fit.found.with_columns(rest)).loglik if rest else fit.loglik_null
    return chi_squared(2 * (fit.loglik - loglik), len(columns))
