"""What a sensitivity analysis compares: a quantity of the report, its primary figure, and the figure found instead."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl
from django.utils.translation import gettext_noop

from exports.report.covariates import GROUPED, MULTIVARIABLE, ModelCovariate
from exports.report.model_fit import fit_of
from exports.report.model_rows import RESOLUTION, TRM, Endpoint, Rows, model_rows
from exports.report.not_estimable import not_released, told
from exports.report.study import DOSE, GROUP, HIGH, Study
from exports.report.wording import Text, text
from exports.survival.cumulative_incidence import cumulative_incidence
from exports.survival.errors import TOO_FEW, NotEstimable


@dataclass(frozen=True)
class Found:
    """A figure ({"kind", "est", "lower", "upper", "p"}), the subjects and events behind it, or why there is none."""

    figure: dict[str, Any] | None = None
    n: int | None = None
    events: int | None = None
    error: dict[str, Any] | None = None
    note: Text | None = None


@dataclass(frozen=True)
class Quantity:
    """A hazard ratio that the analyses look at: the coefficient `name` of the model of these covariates."""

    id: str
    words: str
    endpoint: Endpoint
    covariates: tuple[ModelCovariate, ...]
    name: str


TRM_DOSE: Final = Quantity(
    "trm_dose",
    gettext_noop("Hazard ratio of treatment-related death per 1 mg/kg/day, multivariable"),
    TRM,
    MULTIVARIABLE,
    DOSE,
)
RESOLUTION_GROUP: Final = Quantity(
    "resolution_group",
    gettext_noop("Hazard ratio of resolution, high vs low dose"),
    RESOLUTION,
    (GROUPED,),
    f"{GROUP}={HIGH}",
)
RESOLUTION_KPS: Final = Quantity(
    "resolution_kps",
    gettext_noop("Hazard ratio of resolution per 1 point of Karnofsky status, multivariable"),
    RESOLUTION,
    MULTIVARIABLE,
    "KPS",
)
TRM_DAYS: Final = (28, 60)
_TRM_BY: Final = gettext_noop("Treatment-related death from infusion by day %(day)s")


def trm_by(day: int) -> Text:
    """Return the words of the incidence of treatment-related death from the infusion."""
    return text(_TRM_BY, day=day)


def row(
    group: str, name: str, label: Text, quantity: Text, primary: Found, found: Found, note: Text | None = None
) -> dict[str, Any]:
    """Return one sensitivity analysis as the report holds it; `n` and `events` are those of the figure found."""
    return {
        "id": f"{group}_{name}",
        "group": group,
        "label": label,
        "quantity": quantity,
        "primary": primary.figure,
        "found": found.figure,
        "n": found.n,
        "events": found.events,
        "note": note or found.note,
        "error": found.error,
    }


def attempt(estimate: Callable[[], Found]) -> Found:
    """Return what is found, or why nothing can be."""
    try:
        return estimate()
    except NotEstimable as error:
        return Found(error=told(error))


def ratio(study: Study, quantity: Quantity) -> Found:
    """Return the hazard ratio of a quantity in a study."""
    return attempt(lambda: ratio_in(model_rows(study, quantity.endpoint, quantity.covariates), quantity.name))


def ratio_in(rows: Rows, name: str, *, stratified: bool = False) -> Found:
    """Return a hazard ratio of the model of rows; raises NotEstimable."""
    fit = fit_of(rows, stratified=stratified)
    found = fit.row(name)
    figure = {"kind": "hr", "est": found.hr, "lower": found.lower, "upper": found.upper, "p": found.p}
    return Found(figure, fit.n, fit.n_events)


def incidence(study: Study, parameter: str, day: int, group: str | None = None) -> Found:
    """Return the cumulative incidence of an endpoint by a day, of all or of one dose group."""

    def estimate() -> Found:
        rows = times_of(study, parameter)
        return incidence_in(rows if group is None else rows.filter(pl.col(GROUP) == group), day)

    return attempt(estimate)


def times_of(study: Study, parameter: str, columns: Sequence[str] = ()) -> pl.DataFrame:
    """Return the times of an endpoint; raises NotEstimable where the release lacks them or a column."""
    if lacking := [name for name in columns if not study.has(name)] + ["ADTTE"] * (study.times is None):
        raise not_released(*lacking)
    return study.endpoint(parameter, *columns)


def incidence_in(rows: pl.DataFrame, day: int) -> Found:
    """Return the cumulative incidence (status 1) by a day in rows with times; raises NotEstimable."""
    if rows.height == 0:
        raise NotEstimable(TOO_FEW, "Nobody has a time.", "Look at the reasons for times that are missing.")
    at = cumulative_incidence(rows["AVAL"].to_numpy(), rows["EVSTAT"].to_numpy())["all"].at(day)
    figure = {"kind": "percent", "est": at.est, "lower": at.ci_lower, "upper": at.ci_upper, "p": None}
    return Found(None if at.est is None else figure, rows.height, at.n_events)
