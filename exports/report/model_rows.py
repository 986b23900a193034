"""The rows that a model is fitted to: one endpoint's times with the covariates, complete or counted as not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl
from django.utils.translation import gettext_noop

from exports.report.covariates import ModelCovariate, coded
from exports.report.not_estimable import not_released
from exports.report.study import Study
from exports.survival.cox_design import Design, design
from exports.survival.errors import TOO_FEW, NotEstimable

SITE: Final = "SITEPSEUD"


@dataclass(frozen=True)
class Endpoint:
    """What a model is of: a parameter of ADTTE and the status that is its event; `shown_as` is the id of its curves.

    With `entry` the clock is the infusion and the risk set is entry < t <= exit, for everybody lived until anakinra.
    """

    id: str
    title: str
    parameter: str
    shown_as: str
    status: int = 1
    entry: bool = False


RESOLUTION: Final = Endpoint("resolution", gettext_noop("Resolution of CRS and ICANS"), "RES", "resolution")
TRM: Final = Endpoint("trm", gettext_noop("Treatment-related death from the start of anakinra"), "TRMA", "trm_start")
SURVIVAL: Final = Endpoint("os", gettext_noop("Death of any cause"), "OS", "os", entry=True)
UNRESOLVED: Final = Endpoint(
    "resolution_competing", gettext_noop("Death before resolution (competing)"), "RES", "resolution", status=2
)
OTHER_DEATH: Final = Endpoint(
    "trm_competing", gettext_noop("Death that is not treatment-related (competing)"), "TRMA", "trm_start", status=2
)


@dataclass(frozen=True)
class Rows:
    """One row per subject with a time; `frame` holds AVAL, EVSTAT, ENTRYDY, the covariates and, if asked, the site.

    `late` counts those left out because their time ends on or before the day of entry, or has no entry.
    """

    frame: pl.DataFrame
    covariates: tuple[ModelCovariate, ...]
    status: int
    entry: bool
    late: int

    @property
    def columns(self) -> list[str]:
        """Return the columns of the covariates."""
        return [covariate.column for covariate in self.covariates]

    @property
    def complete(self) -> pl.DataFrame:
        """Return the rows with every covariate."""
        return self.frame.drop_nulls(self.columns)

    @property
    def missing(self) -> dict[str, int]:
        """Return how many rows lack each covariate."""
        return {name: self.frame[name].null_count() for name in self.columns}

    @property
    def events(self) -> int:
        """Return how many complete rows had the event."""
        return int((self.complete["EVSTAT"] == self.status).sum())


def model_rows(study: Study, endpoint: Endpoint, covariates: Sequence[ModelCovariate], *, site: bool = False) -> Rows:
    """Return the rows of an endpoint; NotEstimable where the release lacks the times or a covariate."""
    needed = [covariate.column for covariate in covariates] + [SITE] * site
    if lacking := [name for name in needed if not study.has(name)] + ["ADTTE"] * (study.times is None):
        raise not_released(*lacking)
    return rows_of(study.endpoint(endpoint.parameter, *needed), covariates, endpoint.status, entry=endpoint.entry)


def rows_of(frame: pl.DataFrame, covariates: Sequence[ModelCovariate], status: int, *, entry: bool = False) -> Rows:
    """Return the rows of a frame with times and covariates; a number that is not one counts as missing."""
    numeric = [pl.col(item.column).cast(pl.Float64).fill_nan(None) for item in covariates if item.kind == "numeric"]
    frame = frame.with_columns(numeric)
    at_risk = entered(frame) if entry else frame
    return Rows(at_risk, tuple(covariates), status, entry=entry, late=frame.height - at_risk.height)


def entered(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that are at risk after their day of entry; NotEstimable where the release has no such days."""
    if frame.height and frame["ENTRYDY"].null_count() == frame.height:
        raise not_released("ADTTE.ENTRYDY")
    return frame.filter(pl.col("ENTRYDY") < pl.col("AVAL"))


def design_of(rows: Rows) -> tuple[Design, dict[str, Any]]:
    """Return the columns of the model for its complete rows and the reference level of each categorical covariate."""
    frame = rows.complete
    if frame.height == 0:
        raise NotEstimable(TOO_FEW, "No row is complete.", "Reduce the covariates that are missing.")
    columns = {name: frame[name].to_list() for name in rows.columns}
    settled = [coded(covariate, columns[covariate.column]) for covariate in rows.covariates]
    references = {found.column: found.reference for found in settled if found.kind == "categorical"}
    return design(columns, settled), references
