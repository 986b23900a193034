"""The terms of a model as the report shows them: label, unit, hazard ratio, tests."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from exports.report.covariates import ModelCovariate
from exports.report.model_fit import Fitted
from exports.report.study import Study
from exports.report.wording import Text, text
from exports.survival.cox_result import Z95, CoxFit, Test
from exports.survival.firth import FirthFit


def terms_of(study: Study, found: Fitted, covariates: Sequence[ModelCovariate]) -> list[dict[str, Any]]:
    """Return one entry per coefficient; the tests of a covariate with several are those of all of them together."""
    by_column = {covariate.column: covariate for covariate in covariates}
    return [
        {
            **asdict(found.fit.row(name)),
            "term": term,
            "label": term_label(study, by_column[term], name, found.references.get(term)),
            "covariate": by_column[term].label,
            "unit": by_column[term].unit,
            "lr_p": _p(found.lr, term),
            "ph_p": _p(found.ph, term),
            "per": [per(found.fit, name, *multiple) for multiple in by_column[term].also],
        }
        for term, columns in found.fit.terms.items()
        for name in (found.fit.names[column] for column in columns)
    ]


def term_label(study: Study, covariate: ModelCovariate, name: str, reference: Any) -> Text:
    """Return the label of a coefficient: that of the covariate, or its level against the reference."""
    if covariate.kind == "numeric":
        return covariate.label
    if covariate.contrast:
        return covariate.contrast
    words = level_words(study, covariate.column)
    level = name.partition("=")[2]
    return text("%(level)s vs %(reference)s", level=words.get(level, level), reference=words.get(reference, reference))


def level_words(study: Study, column: str) -> dict[str, str]:
    """Return the label of each code of a column of ADSL, nothing where the codebook has none."""
    known = {entry.column for entry in study.sheets["adsl"].columns} if "adsl" in study.sheets else set()
    return study.words("adsl", column) if column in known else {}


def per(fit: CoxFit, name: str, times: float, label: str) -> dict[str, Any]:
    """Return the hazard ratio of a coefficient for a multiple of its unit."""
    row = fit.row(name)
    ratios = (times * (row.coef + z * row.se) for z in (0, -Z95, Z95))
    hr, lower, upper = (finite(math.exp(min(ratio, 700))) for ratio in ratios)
    return {"label": label, "hr": hr, "lower": lower, "upper": upper}


def firth_rows(found: FirthFit | None) -> list[dict[str, Any]] | None:
    """Return the penalised hazard ratios with profile intervals."""
    if found is None:
        return None
    rows = (found.row(name) for name in found.names)
    return [
        {
            "name": row.name,
            "hr": finite(row.hr),
            "lower": finite(row.lower),
            "upper": finite(row.upper),
            "p": finite(row.p),
        }
        for row in rows
    ]


def test_told(test: Test | None) -> dict[str, Any] | None:
    """Return a test as plain values."""
    return None if test is None else asdict(test)


def finite(value: float) -> float | None:
    """Return a number, None for one that is not finite."""
    return float(value) if np.isfinite(value) else None


def _p(tests: Mapping[str, Test], term: str) -> float | None:
    return tests[term].p if term in tests else None
