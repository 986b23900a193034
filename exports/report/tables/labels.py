"""Labels of covariates: with their unit or level where a model was estimated, from their declaration where not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from exports.report.covariates import UNIVARIABLE, ModelCovariate
from exports.report.told import told

BY_ID: Final[Mapping[str, ModelCovariate]] = {one.id: one for one in UNIVARIABLE}
BY_COLUMN: Final[Mapping[str, ModelCovariate]] = {one.column: one for one in UNIVARIABLE}


def term_label(term: Mapping[str, Any]) -> str:
    """Return the label of a covariate with its unit, or with the level and its reference."""
    label, unit, covariate = told(term["label"]), told(term.get("unit")), told(term.get("covariate"))
    if unit:
        return f"{label}, {unit}"
    return f"{covariate}: {label}" if covariate and covariate != label else label


def coefficient_label(name: str) -> str:
    """Return the label of a coefficient known by its name alone: COLUMN, or COLUMN=level."""
    column, _equals, level = name.partition("=")
    known = BY_COLUMN.get(column)
    if known is None:
        return name
    return f"{told(known.label)}: {told(known.contrast) or level}" if level else told(known.label)


def model_label(model: Mapping[str, Any]) -> str:
    """Return what a model is of: its covariate, or all of them."""
    if model["kind"] != "univariable":
        return _("All covariates together")
    known = BY_ID.get(str(model["id"]).rpartition("_")[2])
    return told(model.get("label") or (known.label if known else model["title"]))
