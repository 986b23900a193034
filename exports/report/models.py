"""The Cox models of the report: resolution, treatment-related death, survival, and the deaths that compete.

Cause-specific hazards: a competing event ends the time at risk (Prentice RL et al., Biometrics 1978;34:541).
Univariable for each covariate, multivariable for those of the publication; complete cases, Efron ties.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext_noop

from exports.report.covariates import DOSED, GROUPED, MULTIVARIABLE, UNIVARIABLE, ModelCovariate
from exports.report.model_fit import FEW_PER_PARAMETER, VERY_FEW_PER_PARAMETER, Fitted, firth_of, fitted
from exports.report.model_rows import OTHER_DEATH, RESOLUTION, SURVIVAL, TRM, UNRESOLVED, Endpoint, Rows, model_rows
from exports.report.model_terms import firth_rows, terms_of, test_told
from exports.report.not_estimable import told
from exports.report.study import Study
from exports.report.wording import Text, text
from exports.survival.errors import MONOTONE, NOT_CONVERGED, NotEstimable
from exports.survival.proportional_hazards import GLOBAL

MULTIVARIABLE_ID: Final = "multivariable"
ALL_COVARIATES: Final = gettext_noop("All covariates together")
# Competing causes are modelled by dose alone, and from this many events on.
COMPETING_EVENTS: Final = 5
_FEW: Final = gettext_noop(
    "%(epv)s events per parameter, below 10: the estimates are unstable and their intervals too narrow or too wide."
)
_VERY_FEW: Final = gettext_noop(
    "Only %(epv)s events per parameter, below 5: the model is overfitted. It does not show which factor acts by "
    "itself; read it with the penalised estimates and the reduced models."
)


def models(study: Study) -> list[dict[str, Any]]:
    """Return every model of the study, an error in the place of the terms where one cannot be estimated."""
    return list(_models(study))


def _models(study: Study) -> Iterator[dict[str, Any]]:
    for endpoint in (RESOLUTION, TRM, SURVIVAL):
        for covariate in UNIVARIABLE:
            yield model(study, endpoint, covariate.id, (covariate,))
        yield model(study, endpoint, MULTIVARIABLE_ID, MULTIVARIABLE)
    for endpoint in (UNRESOLVED, OTHER_DEATH):
        for covariate in (GROUPED, DOSED):
            found = model(study, endpoint, covariate.id, (covariate,))
            if (found["n_events"] or 0) >= COMPETING_EVENTS:
                yield found


def model(study: Study, endpoint: Endpoint, name: str, covariates: Sequence[ModelCovariate]) -> dict[str, Any]:
    """Return one model as the report holds it."""
    several = len(covariates) > 1
    head = {
        "id": f"{endpoint.id}_{name}",
        "title": endpoint.title,
        "label": ALL_COVARIATES if several else covariates[0].label,
        "endpoint": endpoint.shown_as,
        "cause": endpoint.status,
        "kind": "multivariable" if several else "univariable",
        "ties": "efron",
        "strata": None,
        "entry": endpoint.entry,
    }
    try:
        rows = model_rows(study, endpoint, covariates)
    except NotEstimable as error:
        return {**head, **_UNKNOWN, **_NOTHING, "error": told(error)}
    return {**head, **_counts(rows), **_estimated(study, rows)}


_UNKNOWN: Final[Mapping[str, Any]] = {
    "n": None,
    "n_events": None,
    "excluded_missing": None,
    "excluded_entry": None,
    "missing_by_covariate": {},
}
_NOTHING: Final[Mapping[str, Any]] = {
    "parameters": None,
    "epv": None,
    "epv_warning": None,
    "reference": {},
    "terms": [],
    "tests": None,
    "concordance": None,
    "ph_global": None,
    "firth": None,
    "error": None,
}


def _counts(rows: Rows) -> dict[str, Any]:
    n = rows.complete.height
    return {
        "n": n,
        "n_events": rows.events,
        "excluded_missing": rows.frame.height - n,
        "excluded_entry": rows.late,
        "missing_by_covariate": rows.missing,
    }


def _estimated(study: Study, rows: Rows) -> dict[str, Any]:
    try:
        found = fitted(rows)
    except NotEstimable as error:
        has_firth = error.code in {MONOTONE, NOT_CONVERGED}
        return {**_NOTHING, **(_penalised(rows) if has_firth else {}), "error": told(error)}
    return {**_NOTHING, **_shown(study, rows, found)}


def _penalised(rows: Rows) -> dict[str, Any]:
    found = firth_of(rows)
    if found is None:
        return {}
    return {**_per_parameter(found.n_events, len(found.names)), "firth": firth_rows(found)}


def _shown(study: Study, rows: Rows, found: Fitted) -> dict[str, Any]:
    fit = found.fit
    is_few = fit.events_per_parameter < FEW_PER_PARAMETER
    return {
        **_per_parameter(fit.n_events, fit.parameters),
        "reference": dict(found.references),
        "terms": terms_of(study, found, rows.covariates),
        "tests": {name: test_told(getattr(fit, name)) for name in ("lr", "wald", "score")},
        "concordance": found.c,
        "ph_global": test_told(found.ph.get(GLOBAL)),
        "firth": firth_rows(firth_of(rows)) if is_few else None,
    }


def _per_parameter(events: int, parameters: int) -> dict[str, Any]:
    epv = events / parameters
    return {"parameters": parameters, "epv": epv, "epv_warning": epv_warning(epv)}


def epv_warning(epv: float) -> Text | None:
    """Return what must be said of a model with so many events per parameter, nothing from 10 on."""
    if epv >= FEW_PER_PARAMETER:
        return None
    return text(_VERY_FEW if epv < VERY_FEW_PER_PARAMETER else _FEW, epv=round(epv, 1))
