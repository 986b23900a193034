"""From the release to the analysis: who was left out by which rule, dose classes, sites, what is missing, follow-up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import polars as pl
from django.utils.translation import gettext_noop

from exports.report.absent import carries
from exports.report.covariates import UNIVARIABLE
from exports.report.endpoints import TITLES
from exports.report.groups import LABELS, group_columns
from exports.report.plan import DOSE_COLUMNS, DoseRule
from exports.report.study import CLASS, GROUPS, HIGH, LOW, Study
from exports.report.survival_times import follow_up

UNKNOWN: Final = "UNKNOWN"
CLASSES: Final[Mapping[str, str]] = {
    HIGH: LABELS[HIGH],
    LOW: LABELS[LOW],
    "OTHER_SC_HIGH": gettext_noop("More than 200 mg/day, subcutaneous"),
    "SUB100": gettext_noop("Less than 100 mg/day"),
    UNKNOWN: gettext_noop("Dose or route not known"),
}
_WHY: Final[Mapping[str, str]] = {
    "OTHER_SC_HIGH": gettext_noop("The study defines high doses as intravenous."),
    "SUB100": gettext_noop("The study has no group below 100 mg/day."),
    UNKNOWN: gettext_noop("Without dose and route there is no group."),
}
_NO_REASON: Final = gettext_noop("No reason recorded")


def flow(study: Study) -> dict[str, Any]:
    """Return the flow: counts of patients from the release to the analysis, and what limits each part of it."""
    people = study.people
    return {
        "entered": study.entered,
        "frozen_excluded": [
            {"reason": told["reason"], "label": told["words"], "patients": told["patients"]}
            for told in study.facts.get("excluded") or ()
        ],
        "left": [{"reason": left.reason, "label": left.label, "patients": left.patients} for left in study.left],
        "analysed": people.height,
        "classes": list(_classes(study)) if people.height and not group_columns(study) else [],
        "sites": _sites(people) if carries(study, "flow.sites") else None,
        "missing": list(_missing(people)),
        "follow_up": follow_up(study) if carries(study, "survival") else None,
        "without_time": list(_without_time(study)),
    }


def _classes(study: Study) -> Iterator[dict[str, Any]]:
    """Yield both groups, and every other class that somebody is in with the cases of it."""
    classes = study.people.with_columns(pl.col(CLASS).fill_null(UNKNOWN))
    for code, label in CLASSES.items():
        rows = classes.filter(pl.col(CLASS) == code)
        if rows.height or code in GROUPS:
            listed = [] if code in GROUPS else [_listed(study, row, code) for row in rows.rows(named=True)]
            yield {"code": code, "label": label, "patients": rows.height, "listed": listed}


def _listed(study: Study, row: Mapping[str, Any], code: str) -> dict[str, Any]:
    dose, route = row.get(DOSE_COLUMNS[DoseRule(study.plan.dose_rule)]), row.get("ROUTE1")
    routes = study.words("adsl", "ROUTE1") if study.has("ROUTE1") else {}
    return {
        "subject": row["USUBJID"],
        "dose": None if dose is None else float(dose),
        "route": routes.get(route, route) if route else None,
        "why": _WHY[code],
    }


def _sites(people: pl.DataFrame) -> list[dict[str, Any]]:
    counted = people.group_by("SITEPSEUD").len().sort("SITEPSEUD", nulls_last=True)
    return [{"site": site, "patients": n} for site, n in counted.rows()]


def _missing(people: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield how many of the analysed lack each covariate of the models that the release carries."""
    for covariate in UNIVARIABLE:
        if people.height and covariate.column in people.columns:
            missing = people[covariate.column].null_count()
            told = {"column": covariate.column, "label": covariate.label, "unit": ""}
            yield {**told, "n": people.height, "missing": missing}


def _without_time(study: Study) -> Iterator[dict[str, Any]]:
    if study.times is None:
        return
    words = study.words("adtte", "EXCLRSN") if "EXCLRSN" in study.sheets["adtte"].names else {}
    for parameter, title in TITLES.items():
        for reason, patients in study.without_time(parameter).items():
            yield {
                "parameter": parameter,
                "label": title,
                "reason": reason or UNKNOWN,
                "words": words.get(reason, reason) if reason else _NO_REASON,
                "patients": patients,
            }
