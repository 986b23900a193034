"""The multivariable models with missing covariates imputed several times, pooled by Rubin's rules.

The imputation model holds the covariates, the event and the Nelson-Aalen cumulative hazard (White IR, Royston P,
Stat Med 2009;28:1982); degrees of freedom by Barnard J, Rubin DB, Biometrika 1999;86:948.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext_noop

from exports.report.model_rows import Rows, model_rows
from exports.report.sensitivity_rows import RESOLUTION_KPS, TRM_DOSE, Found, Quantity, attempt, ratio, row
from exports.report.study import Study
from exports.report.wording import text
from exports.survival.cox import cox
from exports.survival.cox_result import CoxFit
from exports.survival.errors import BAD_INPUT, TOO_FEW, NotEstimable
from exports.survival.imputation import impute, nelson_aalen
from exports.survival.pooling import rubin

Floats = npt.NDArray[np.float64]
IMPUTATIONS: Final = 20
SEED: Final = 20230401
_GROUP: Final = "imputation"
_LABEL: Final = gettext_noop("Missing covariates imputed (multiple imputation)")
_COMPLETE: Final = gettext_noop("No covariate of this model is missing: there is nothing to impute.")
_HOW: Final = gettext_noop("%(m)s imputations, seed %(seed)s; %(missing)s values were missing.")
_EVENT, _HAZARD = "event", "cumulative hazard"


def imputation(study: Study) -> Iterator[dict[str, Any]]:
    """Yield the pooled hazard ratios, or that the covariates are complete."""
    for quantity in (RESOLUTION_KPS, TRM_DOSE):
        found = attempt(partial(_imputed, study, quantity))
        yield row(_GROUP, quantity.id, _LABEL, quantity.words, ratio(study, quantity), found)


def _imputed(study: Study, quantity: Quantity) -> Found:
    rows = model_rows(study, quantity.endpoint, quantity.covariates)
    missing = sum(rows.missing.values())
    if not missing:
        return Found(note=_COMPLETE)
    figure = _pooled(rows, quantity)
    note = text(_HOW, m=IMPUTATIONS, seed=SEED, missing=missing)
    return Found(figure, rows.frame.height, int((rows.frame["EVSTAT"] == rows.status).sum()), note=note)


def _pooled(rows: Rows, quantity: Quantity) -> dict[str, Any]:
    names, columns = _columns(rows)
    time = rows.frame["AVAL"].to_numpy().astype(np.float64)
    event = (rows.frame["EVSTAT"] == rows.status).to_numpy()
    columns |= {_EVENT: event.astype(np.float64), _HAZARD: np.asarray(nelson_aalen(time, event), dtype=np.float64)}
    drawn = impute(columns, m=IMPUTATIONS, seed=SEED)
    fits = [cox(time, event, _matrix(filled, rows.columns), names=names) for filled in drawn]
    return _figure(fits, names.index(quantity.name), time.size)


def _figure(fits: Sequence[CoxFit], column: int, n: int) -> dict[str, Any]:
    estimates, variances = [fit.coef for fit in fits], [fit.se**2 for fit in fits]
    pooled = rubin(np.array(estimates), np.array(variances), df_complete=n - fits[0].parameters)
    found = {"est": pooled.hr, "lower": pooled.lower, "upper": pooled.upper, "p": pooled.p}
    return {"kind": "hr", **{name: float(values[column]) for name, values in found.items()}}


def _matrix(filled: Mapping[str, Floats], columns: Sequence[str]) -> Floats:
    return np.column_stack([filled[name] for name in columns])


def _columns(rows: Rows) -> tuple[list[str], dict[str, Floats]]:
    """Return the names of the coefficients, and each covariate as numbers with nan where it is missing."""
    names, columns = [], {}
    for covariate in rows.covariates:
        values = rows.frame[covariate.column].to_list()
        if all(value is None for value in values):
            message = f"Nobody has a value of {covariate.column}."
            raise NotEstimable(TOO_FEW, message, "Reduce the covariates that are missing.")
        level = None if covariate.kind == "numeric" else _other_level(covariate.column, covariate.reference, values)
        names.append(covariate.column if level is None else f"{covariate.column}={level}")
        columns[covariate.column] = _numbers(values, level)
    return names, columns


def _other_level(column: str, reference: str | None, values: Sequence[Any]) -> str:
    others = {value for value in values if value is not None} - {reference}
    if len(others) != 1:
        message = f"{column} has {len(others)} levels beside {reference}; one can be imputed."
        raise NotEstimable(BAD_INPUT, message, "Read the complete cases.")
    return str(others.pop())


def _numbers(values: Sequence[Any], level: str | None) -> Floats:
    numbers = [np.nan if value is None else value if level is None else float(value == level) for value in values]
    return np.array(numbers, dtype=np.float64)
