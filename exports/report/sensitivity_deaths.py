"""Other answers to what a treatment-related death is: relapse before it decides, or a death without a class counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import polars as pl
from django.utils.translation import gettext_noop

from exports.report.covariates import MULTIVARIABLE
from exports.report.model_rows import TRM, Endpoint, rows_of
from exports.report.sensitivity_rows import (
    TRM_DAYS,
    TRM_DOSE,
    Found,
    Quantity,
    attempt,
    incidence,
    incidence_in,
    ratio,
    ratio_in,
    row,
    times_of,
    trm_by,
)
from exports.report.study import GROUPS, Study
from exports.report.wording import Text, text

EVENT, COMPETING = 1, 2
_B: Final = "variant_b"
_B_LABEL: Final = gettext_noop("Variant B: death without relapse or progression before it")
_FROM_START: Final = {
    "HIGH": gettext_noop("Treatment-related death from the start of anakinra by day %(day)s, high dose"),
    "LOW": gettext_noop("Treatment-related death from the start of anakinra by day %(day)s, low dose"),
}
_NRM_FROM_START: Final = Endpoint("nrm", _B_LABEL, "NRMA", "nrm_start")
_UNKNOWN: Final = "class_unknown"
_COUNTED_AS: Final = {
    "trm": (EVENT, gettext_noop("Deaths of unknown class counted as treatment-related")),
    "competing": (COMPETING, gettext_noop("Deaths of unknown class counted as competing")),
}
_NONE_UNKNOWN: Final = gettext_noop("Every death has a class: nothing changes.")
_UNKNOWN_LABEL: Final = gettext_noop("Deaths of unknown class")
_HOW_MANY: Final = gettext_noop("%(n)s deaths of unknown class, left out of the primary analysis.")


def variant_b(study: Study) -> Iterator[dict[str, Any]]:
    """Yield the incidences and the hazard ratio of the dose with non-relapse death in the place of TRM."""
    for day in TRM_DAYS:
        yield row(_B, f"trm_{day}", _B_LABEL, trm_by(day), incidence(study, "TRM60", day), incidence(study, "NRM", day))
    day = TRM_DAYS[0]
    for group in GROUPS:
        primary, found = (incidence(study, parameter, day, group) for parameter in ("TRMA", "NRMA"))
        yield row(_B, f"start_{group.lower()}", _B_LABEL, text(_FROM_START[group], day=day), primary, found)
    nonrelapse = Quantity(TRM_DOSE.id, TRM_DOSE.words, _NRM_FROM_START, MULTIVARIABLE, TRM_DOSE.name)
    yield row(_B, TRM_DOSE.id, _B_LABEL, TRM_DOSE.words, ratio(study, TRM_DOSE), ratio(study, nonrelapse))


def class_unknown(study: Study) -> Iterator[dict[str, Any]]:
    """Yield the same with deaths of unknown class, which have no time in the primary analysis, as one or the other."""
    unknown = study.without_time("TRM60").get("CLASS_UNKNOWN", 0)
    if not unknown:
        yield row(_UNKNOWN, "none", _UNKNOWN_LABEL, trm_by(TRM_DAYS[-1]), Found(), Found(), _NONE_UNKNOWN)
        return
    note = text(_HOW_MANY, n=unknown)
    for name, (status, label) in _COUNTED_AS.items():
        yield from _counted_as(study, name, status, label, note)


def _counted_as(study: Study, name: str, status: int, label: str, note: Text) -> Iterator[dict[str, Any]]:
    for day in TRM_DAYS:
        found = attempt(lambda day=day: incidence_in(with_unknown(study, "TRM60", status), day))  # type: ignore[misc]
        yield row(_UNKNOWN, f"{name}_{day}", label, trm_by(day), incidence(study, "TRM60", day), found, note)
    hazard = attempt(lambda: _dose_ratio(study, status))
    yield row(_UNKNOWN, f"{name}_{TRM_DOSE.id}", label, TRM_DOSE.words, ratio(study, TRM_DOSE), hazard, note)


def _dose_ratio(study: Study, status: int) -> Found:
    columns = [covariate.column for covariate in MULTIVARIABLE]
    return ratio_in(rows_of(with_unknown(study, TRM.parameter, status, columns), MULTIVARIABLE, EVENT), TRM_DOSE.name)


def with_unknown(study: Study, parameter: str, status: int, columns: list[str] | None = None) -> pl.DataFrame:
    """Return the times of TRM with the deaths of unknown class at their own time, under this status.

    The day of death is that of OS, which counts from the infusion; from the start of anakinra it is less by ENTRYDY.
    """
    known = times_of(study, parameter, columns or [])
    assert study.times is not None  # noqa: S101 - times_of refuses a release without them
    of_unknown = study.times.filter((pl.col("PARAMCD") == parameter) & (pl.col("EXCLRSN") == "CLASS_UNKNOWN"))
    deaths = study.endpoint("OS", *(columns or [])).join(of_unknown, on="USUBJID", how="semi")
    shift = pl.col("ENTRYDY") if parameter == TRM.parameter else pl.lit(0)
    counted = deaths.with_columns(pl.col("AVAL") - shift, pl.lit(status, pl.Int64).alias("EVSTAT"))
    return pl.concat([known, counted.filter(pl.col("AVAL").is_not_null()).select(known.columns)]).sort("USUBJID")
