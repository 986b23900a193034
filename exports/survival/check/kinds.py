"""Which reference analysis is recomputed how, and how near the numbers have to be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from exports.survival.check import comparisons, curves, models, tables
from exports.survival.check.compare import Compared, compared
from exports.survival.check.vectors import Analysis, Columns

Runner = Callable[[Columns, dict[str, Any], dict[str, Any]], dict[str, Any]]

RUNNERS: Final[dict[str, Runner]] = {
    "cuminc": curves.incidence,
    "cuminc_left_truncated": curves.truncated_incidence,
    "gray": comparisons.gray,
    "km": curves.survival,
    "reverse_km": curves.follow_up,
    "logrank": comparisons.logrank,
    "coxph": models.model,
    "rubin_cox": models.pooled,
    "binomial": tables.proportions,
    "table1": tables.table_one,
}
# Relative to max(1, |value|). Iterated estimates are as near as the other program's stopping rule lets them be.
CLOSED_FORM: Final = 1e-8
TOLERANCES: Final = {"coxph": 1e-6, "rubin_cox": 1e-6, "firth": 1e-5}


def tolerance(kind: str) -> float:
    """Return how far a number of this kind may be from the reference."""
    return TOLERANCES.get(kind, CLOSED_FORM)


def kinds(analysis: Analysis) -> tuple[str, ...]:
    """Return the kinds of numbers an analysis has; a Cox model may have those of its penalised form."""
    return (analysis.kind, "firth") if "firth" in analysis.result else (analysis.kind,)


def recomputed(columns: Columns, analysis: Analysis) -> list[tuple[str, Compared]]:
    """Return every number of an analysis with its kind.

    Raises KeyError for an unknown kind, NotEstimable or ValueError where the analysis cannot be made.
    """
    found = RUNNERS[analysis.kind](columns, analysis.spec, analysis.result)
    return [
        ("firth" if one.path.startswith("firth.") else analysis.kind, one) for one in compared(analysis.result, found)
    ]
