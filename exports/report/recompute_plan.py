"""What the scripts beside a report must know to repeat it: the cohort, the dose rule, and the analyses that it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from exports.datasets.dose_groups import GROUP_CODES
from exports.report.plan import DOSE_COLUMNS, DoseRule
from registry.rules.anakinra import DOSE_CLASSES, DoseClass
from registry.rules.bands import Band
from registry.rules.endpoints import ENTRY_GRADE

# Where the scripts read who had what: a flag of the subject, or of any row of another dataset.
SHARES: Final = (
    {"id": "response", "dataset": "adsl", "column": "ORRFL", "fisher": True},
    {"id": "side_effects", "dataset": "adae", "column": "AERELFL", "fisher": False},
    {"id": "stopped_for_side_effect", "dataset": "adsl", "column": "ANADISCAE", "fisher": False},
)
FOLLOW_UP: Final = "OS"
SURVIVAL: Final[Mapping[str, str]] = {"os": "OS", "pfs": "PFS"}


def recompute_plan(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return the plan of a report as plain values; models that could not be estimated are not in it."""
    release, plan = report["release"], report["plan"]
    rule = DoseRule(plan["dose_rule"])
    incidence, survival = report.get("incidence") or (), report.get("survival") or ()
    parameters = {**{found["id"]: found["parameter"] for found in incidence}, **SURVIVAL}
    return {
        "schema": 1,
        "release": release["name"],
        "content_hash": release.get("content_hash"),
        "cohort": {name: value for name, value in plan.items() if name != "dose_rule"},
        "entry_grade": int(ENTRY_GRADE),
        "dose": {
            "rule": rule.value,
            "declared": rule == DoseRule.FIRST,
            "column": DOSE_COLUMNS[rule],
            "classes": _classes(),
        },
        "incidence": [_timed(found, parameters) for found in incidence],
        "survival": [_timed(found, parameters) for found in survival],
        "models": [_model(model, parameters) for model in report.get("models") or () if model["terms"]],
        "follow_up": [{"id": "follow_up", "parameter": FOLLOW_UP}]
        if (report.get("flow") or {}).get("follow_up")
        else [],
        "shares": _shares(report),
        "table_one": [_row(row) for row in (report.get("table_one") or {}).get("rows", ())],
    }


def _shares(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the shares that the report has: a release may lack the columns of the others."""
    told = {**(report.get("safety") or {}), "response": report.get("response")}
    return [dict(share) for share in SHARES if told.get(str(share["id"]))]


def _timed(found: Mapping[str, Any], parameters: Mapping[str, str]) -> dict[str, Any]:
    return {"id": found["id"], "parameter": parameters[found["id"]], "days": list(found["days"])}


def _model(model: Mapping[str, Any], parameters: Mapping[str, str]) -> dict[str, Any]:
    reference = model["reference"]
    return {
        "id": model["id"],
        "parameter": parameters[model["endpoint"]],
        "cause": model["cause"],
        "entry": model["entry"],
        "covariates": [
            {"column": column, "reference": reference.get(column)} for column in model["missing_by_covariate"]
        ],
    }


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    levels = [level["code"] for level in row["levels"]] if row["kind"] == "categorical" else []
    return {"id": row["id"], "column": row["id"], "kind": row["kind"], "levels": levels}


def _classes() -> dict[str, list[dict[str, Any]]]:
    return {route.value: list(_bands(bands)) for route, bands in DOSE_CLASSES.items()}


def _bands(bands: tuple[Band[DoseClass], ...]) -> Iterator[dict[str, Any]]:
    for band in bands:
        yield {
            "class": GROUP_CODES[band.result],
            "low": None if band.low is None else int(band.low),
            "low_closed": band.low_closed,
            "high": None if band.high is None else int(band.high),
            "high_closed": band.high_closed,
        }
