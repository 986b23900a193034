"""Cox models of rows of the study, and Firth's beside them where events are few."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import numpy as np

from exports.report.model_rows import SITE, Rows, design_of
from exports.survival.cox import cox
from exports.survival.cox_concordance import concordance
from exports.survival.cox_result import CoxFit, Test
from exports.survival.cox_terms import drop_one
from exports.survival.errors import NotEstimable
from exports.survival.firth import FirthFit, firth
from exports.survival.proportional_hazards import proportional_hazards_test

Found = TypeVar("Found")
# Peduzzi P et al., J Clin Epidemiol 1995;48:1503: below 10 events per parameter estimates and intervals are unreliable.
FEW_PER_PARAMETER: Final = 10
VERY_FEW_PER_PARAMETER: Final = 5


@dataclass(frozen=True)
class Fitted:
    """A model with what is said of it: tests of each term (likelihood ratio, proportional hazards), concordance."""

    fit: CoxFit
    references: Mapping[str, Any]
    lr: Mapping[str, Test]
    ph: Mapping[str, Test]
    c: float | None


def arguments(rows: Rows, *, stratified: bool = False) -> dict[str, Any]:
    """Return time, event, entry and strata of the complete rows, as `cox` and `firth` take them."""
    frame = rows.complete
    return {
        "time": frame["AVAL"].to_numpy().astype(np.float64),
        "event": (frame["EVSTAT"] == rows.status).to_numpy(),
        "entry": frame["ENTRYDY"].to_numpy().astype(np.float64) if rows.entry else None,
        "strata": frame[SITE].to_list() if stratified else None,
    }


def fit_of(rows: Rows, *, stratified: bool = False) -> CoxFit:
    """Return the Cox model (Efron) of the complete rows; raises NotEstimable."""
    return cox(covariates=design_of(rows)[0], **arguments(rows, stratified=stratified))


def fitted(rows: Rows) -> Fitted:
    """Return the Cox model of the complete rows with its tests; raises NotEstimable where there is no model."""
    columns, references = design_of(rows)
    fit = cox(covariates=columns, **arguments(rows))
    return Fitted(
        fit=fit,
        references=references,
        lr=_if_estimable(lambda: drop_one(fit)) or {},
        ph=_if_estimable(lambda: proportional_hazards_test(fit)) or {},
        c=_if_estimable(lambda: concordance(fit).c),
    )


def firth_of(rows: Rows) -> FirthFit | None:
    """Return Firth's model of the complete rows, None where there is none either."""
    return _if_estimable(lambda: firth(covariates=design_of(rows)[0], **arguments(rows)))


def _if_estimable(estimate: Callable[[], Found]) -> Found | None:
    try:
        return estimate()
    except (NotEstimable, np.linalg.LinAlgError):
        return None
