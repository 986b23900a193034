"""Why a number of the report is missing, in words that can be translated; what was found in the data stays beside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_noop

from exports.survival import errors
from exports.survival.errors import NotEstimable

NOT_RELEASED: Final = "NOT_RELEASED"
_FEWER: Final = gettext_noop("Look at the counts; a larger cohort is needed.")
_FIRTH: Final = gettext_noop("Read the penalised estimate (Firth) instead.")
_LEAVE_OUT: Final = gettext_noop("Leave the covariate out of the model.")
# Code -> what is the matter, what to do.
WORDS: Final[Mapping[str, tuple[str, str]]] = {
    errors.NO_EVENT: (gettext_noop("Nobody had the event."), _FEWER),
    errors.ONE_GROUP: (gettext_noop("Everybody who is analysed is in one group."), _LEAVE_OUT),
    errors.MONOTONE: (
        gettext_noop("The covariates separate those with an event from the others: no finite hazard ratio."),
        _FIRTH,
    ),
    errors.NOT_CONVERGED: (gettext_noop("The estimation did not converge."), _FIRTH),
    errors.SINGULAR: (gettext_noop("A covariate is constant, or is determined by the others."), _LEAVE_OUT),
    errors.TOO_FEW: (gettext_noop("Too few patients can be analysed."), _FEWER),
    errors.BAD_INPUT: (
        gettext_noop("The data do not fit this analysis."),
        gettext_noop("Look at the values that are missing or out of range."),
    ),
    NOT_RELEASED: (
        gettext_noop("This release does not carry a column that the analysis needs."),
        gettext_noop("Make the report from a release that carries it."),
    ),
}


def told(error: NotEstimable) -> dict[str, Any]:
    """Return the error for the report: code, words, advice, and in English what exactly was found."""
    words, advice = WORDS.get(error.code, WORDS[errors.BAD_INPUT])
    return {"code": error.code, "words": words, "advice": advice, "detail": error.message}


def not_released(*columns: str) -> NotEstimable:
    """Return the error of an analysis whose columns are not in the release."""
    return NotEstimable(NOT_RELEASED, f"The release lacks {', '.join(columns)}.", WORDS[NOT_RELEASED][1])
