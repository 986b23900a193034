"""Reference analyses of Cox models, as they are, penalised, and pooled over imputations."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from exports.survival.check.monotone import limit
from exports.survival.check.vectors import Columns, numbers, texts
from exports.survival.cox import cox
from exports.survival.cox_concordance import concordance
from exports.survival.cox_design import Covariate, design
from exports.survival.cox_result import CoxFit
from exports.survival.errors import MONOTONE, NotEstimable
from exports.survival.firth import FirthFit, firth
from exports.survival.pooling import rubin
from exports.survival.proportional_hazards import proportional_hazards_test

Plain = dict[str, Any]


def model(columns: Columns, spec: Plain, result: Plain) -> Plain:
    """Return a Cox model with its tests; only what the reference has of concordance, PH tests and Firth's model."""
    asked = _asked(columns, spec)
    try:
        said = _fitted(cox(**asked), result)
    except NotEstimable as refusal:
        if refusal.code != MONOTONE:
            raise
        said = limit(asked)
    if "firth" in result:
        said["firth"] = {ties: _penalised(firth(**(asked | {"ties": ties}))) for ties in result["firth"]}
    return said


def _asked(columns: Columns, spec: Plain) -> Plain:
    return {
        "time": numbers(columns[spec["time"]]),
        "event": numbers(columns[spec["status"]]) == spec["event_code"],
        "covariates": design(columns, [_covariate(one) for one in spec["covariates"]]),
        "entry": numbers(columns[spec["entry"]]) if spec.get("entry") else None,
        "strata": texts(columns[spec["strata"]]) if spec.get("strata") else None,
        "ties": spec.get("ties", "efron"),
    }


def _covariate(one: Plain) -> Covariate:
    how = {name: one[name] for name in ("reference", "transform", "divide_by") if name in one}
    return Covariate(one["column"], one["column"], one["type"], **how)


def _fitted(fit: CoxFit, result: Plain) -> Plain:
    said: Plain = {name: getattr(fit, name) for name in ("n", "n_excluded_missing", "n_events", "parameters")}
    said |= {"events_per_parameter": fit.events_per_parameter, "monotone_likelihood": False}
    said |= {"coefficients": {name: _coefficient(fit, name) for name in fit.names}}
    said |= {"covariance": fit.covariance.tolist(), "loglik_null": fit.loglik_null, "loglik": fit.loglik}
    said |= {"lr_test": asdict(fit.lr), "score_test": asdict(fit.score), "wald_test": asdict(fit.wald)}
    if "concordance" in result:
        found = concordance(fit)
        said["concordance"] = {"c": found.c, "se": found.se}
    if "ph_test" in result:
        said["ph_test"] = {transform: _ph(fit, transform) for transform in result["ph_test"]}
    return said


def _coefficient(fit: CoxFit, name: str) -> Plain:
    row = asdict(fit.row(name))
    row.pop("name")
    return row | {"hr_lower": row.pop("lower"), "hr_upper": row.pop("upper")}


def _ph(fit: CoxFit, transform: str) -> Plain:
    return {term: asdict(test) for term, test in proportional_hazards_test(fit, transform).items()}


def _penalised(fit: FirthFit) -> Plain:
    rows = {name: fit.row(name) for name in fit.names}
    coefficients = {
        name: {
            "coef": row.coef,
            "hr": row.hr,
            "hr_lower_profile": row.lower,
            "hr_upper_profile": row.upper,
            "p_plr": row.p,
        }
        for name, row in rows.items()
    }
    return {"penalised_loglik": fit.penalised_loglik, "coefficients": coefficients}


def pooled(columns: Columns, spec: Plain, result: Plain) -> Plain:
    """Return a Cox model pooled over the imputations that the reference lists."""
    fits = [cox(**_asked(_filled(columns, spec, values), spec)) for values in spec["imputations"]]
    found = rubin([fit.coef for fit in fits], [fit.covariance for fit in fits], df_complete=spec["complete_data_df"])
    arrays = {"coef": found.coef, "within": found.within, "between": found.between, "total": found.total}
    arrays |= {"df_large_sample": found.df_old, "df_barnard_rubin": found.df}
    arrays |= {"hr": found.hr, "hr_lower": found.lower, "hr_upper": found.upper, "p": found.p}
    names = fits[0].names
    return {name: {word: float(values[i]) for word, values in arrays.items()} for i, name in enumerate(names)}


def _filled(columns: Columns, spec: Plain, values: list[float]) -> Columns:
    drawn = dict(zip(spec["imputed_ids"], map(str, values), strict=True))
    column = columns[spec["imputed_column"]]
    return columns | {
        spec["imputed_column"]: [drawn.get(row or "", cell) for row, cell in zip(columns["id"], column, strict=True)]
    }
