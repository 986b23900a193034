"""Cox's proportional hazards model: hazard ratios, Wald intervals and the tests of the whole model.

Cox DR, J R Stat Soc B 1972;34:187. Columns are centred and scaled before Newton's method, so that age in years and
ferritin in ng/mL converge alike; results are on the original scale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from exports.survival.cox_design import Design
from exports.survival.cox_input import CoxInput, cox_input
from exports.survival.cox_likelihood import information, score
from exports.survival.cox_newton import Maximum, maximise
from exports.survival.cox_result import CoxFit, Test, chi_squared
from exports.survival.cox_risk_sets import risk_sets
from exports.survival.inputs import Labels, Numbers


def cox(
    time: Numbers,
    event: Numbers,
    covariates: Design | Sequence[Any] | npt.NDArray[Any],
    *,
    names: Sequence[str] | None = None,
    terms: Mapping[str, slice | Sequence[int]] | None = None,
    entry: Numbers | None = None,
    strata: Labels | None = None,
    ties: str = "efron",
) -> CoxFit:
    """Return the fitted model: who is at risk at t has entry < t <= time; events go before censorings of a day.

    `covariates` is a Design, whose incomplete rows are left out and counted, or a matrix without missing values (one
    row per subject) with the `names` of its columns and, for factors, the `terms` they form; `ties`: efron or breslow.
    Raises NotEstimable: BAD_INPUT, NO_EVENT, SINGULAR, MONOTONE (no finite estimate: use Firth), NOT_CONVERGED.
    """
    return fitted(cox_input(time, event, covariates, names=names, terms=terms, entry=entry, strata=strata, ties=ties))


def fitted(found: CoxInput) -> CoxFit:
    """Return the model fitted to checked input."""
    sets = risk_sets(found)
    best = maximise(sets, found.names)
    covariance = np.linalg.inv(best.information) / np.outer(sets.scale, sets.scale)
    return CoxFit(
        n=found.time.size,
        n_events=int(found.event.sum()),
        n_excluded_missing=found.n_excluded_missing,
        names=found.names,
        terms=found.terms,
        coef=best.beta / sets.scale,
        se=np.sqrt(np.diag(covariance)),
        covariance=covariance,
        loglik_null=best.null.loglik,
        loglik=best.at.loglik,
        lr=chi_squared(2 * (best.at.loglik - best.null.loglik), len(found.names)),
        wald=chi_squared(float(best.beta @ best.information @ best.beta), len(found.names)),
        score=_score_test(best),
        iterations=best.iterations,
        ties=found.ties,
        found=found,
    )


def _score_test(best: Maximum) -> Test:
    slope = score(best.null)
    return chi_squared(float(slope @ np.linalg.solve(information(best.null), slope)), slope.size)
