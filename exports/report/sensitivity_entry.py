"""On the clock of the infusion, with everybody at risk only from the day anakinra was started.

Whoever died before anakinra is not in the study, so a curve from the infusion that counts everybody from day 0 is too
low (immortal time: Suissa S, Am J Epidemiol 2008;167:492; truncation: Aalen O, Johansen S, Scand J Stat 1978;5:141).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext_noop

from exports.report.covariates import MULTIVARIABLE
from exports.report.model_rows import Rows, entered, rows_of
from exports.report.sensitivity_rows import (
    TRM_DAYS,
    TRM_DOSE,
    Found,
    attempt,
    incidence,
    ratio,
    ratio_in,
    row,
    times_of,
    trm_by,
)
from exports.report.study import Study
from exports.report.wording import Text, text
from exports.survival.cumulative_incidence import CumulativeIncidence, cumulative_incidence
from exports.survival.errors import TOO_FEW, NotEstimable

FEW_AT_RISK: Final = 5
_GROUP: Final = "delayed_entry"
_LABEL: Final = gettext_noop("Delayed entry: at risk from the start of anakinra, clock from infusion")
_SMALLEST: Final = gettext_noop("The fewest at risk at a death were %(n)s; %(late)s entered too late to be counted.")
_TOO_SMALL: Final = gettext_noop(
    "Only %(n)s were at risk at a death, below 5: the estimate is unstable; %(late)s entered too late to be counted."
)


def delayed_entry(study: Study) -> Iterator[dict[str, Any]]:
    """Yield incidence by day 28 and 60 and the hazard ratio of the dose with delayed entry."""
    for day in TRM_DAYS:
        found = attempt(lambda day=day: _incidence(study, day))  # type: ignore[misc]
        yield row(_GROUP, f"trm_{day}", _LABEL, trm_by(day), incidence(study, "TRM60", day), found)
    hazard = attempt(lambda: ratio_in(_entered(study), TRM_DOSE.name))
    yield row(_GROUP, TRM_DOSE.id, _LABEL, TRM_DOSE.words, ratio(study, TRM_DOSE), hazard)


def _entered(study: Study) -> Rows:
    rows = times_of(study, "TRM60", [covariate.column for covariate in MULTIVARIABLE])
    return rows_of(rows, MULTIVARIABLE, 1, entry=True)


def _incidence(study: Study, day: int) -> Found:
    everybody = times_of(study, "TRM60")
    rows = entered(everybody)
    if rows.height == 0:
        raise NotEstimable(TOO_FEW, "Nobody entered before the end of the time.", "Look at the days of the start.")
    times, status, entry = (rows[name].to_numpy() for name in ("AVAL", "EVSTAT", "ENTRYDY"))
    curve = cumulative_incidence(times, status, entry=entry)["all"]
    at = curve.at(day)
    figure = {"kind": "percent", "est": at.est, "lower": at.ci_lower, "upper": at.ci_upper, "p": None}
    note = _at_risk_note(curve, day, everybody.height - rows.height)
    return Found(None if at.est is None else figure, rows.height, at.n_events, note=note)


def _at_risk_note(curve: CumulativeIncidence, day: int, late: int) -> Text | None:
    deaths = np.sum([cause.events for cause in curve.causes.values()], axis=0)
    at_risk = curve.at_risk[(deaths > 0) & (curve.times <= day)]
    if at_risk.size == 0:
        return None
    fewest = int(at_risk.min())
    return text(_TOO_SMALL if fewest < FEW_AT_RISK else _SMALLEST, n=fewest, late=late)
