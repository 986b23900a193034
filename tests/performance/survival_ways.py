"""What Quell does for each quantity of the report."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from exports.survival.cox import cox
from exports.survival.cox_concordance import concordance
from exports.survival.cumulative_incidence import cumulative_incidence
from exports.survival.firth import firth
from exports.survival.gray import gray_test
from exports.survival.kaplan_meier import kaplan_meier, reverse_kaplan_meier
from exports.survival.log_rank import log_rank
from exports.survival.proportional_hazards import proportional_hazards_test
from exports.survival.proportions import binomial
from exports.survival.table_one import compare_categorical, compare_numeric
from tests.performance.survival_case import COVARIATES, Case

FIRTH_AT_MOST = 1_000


def ways(data: Case) -> dict[str, Callable[[], Any]]:
    """Return a call per quantity, named as in `survival_reference.R`."""
    return _curves(data) | _models(data) | _tables(data)


def _curves(data: Case) -> dict[str, Callable[[], Any]]:
    time, event, group = data.time, data.status > 0, data.group
    return {
        "cuminc": lambda: cumulative_incidence(time, data.status)["all"].at(28),
        "cuminc and gray": lambda: (
            cumulative_incidence(time, data.status, group=group),
            gray_test(time, data.status, group),
        ),
        "km and median": lambda: kaplan_meier(time, event)["all"].median(),
        "reverse km and median": lambda: reverse_kaplan_meier(time, event)["all"].median(),
        "log-rank": lambda: log_rank(time, event, group),
    }


def _models(data: Case) -> dict[str, Callable[[], Any]]:
    event, names = data.status == 1, COVARIATES
    fit = cox(data.time, event, data.covariates, names=names)
    calls = {
        "cox": lambda: cox(data.time, event, data.covariates, names=names),
        "cox delayed entry and strata": lambda: cox(
            data.time, event, data.covariates, names=names, entry=data.entry, strata=data.site
        ),
        "ph test": lambda: proportional_hazards_test(fit),
        "concordance": lambda: concordance(fit),
    }
    if data.n <= FIRTH_AT_MOST:
        calls["firth"] = lambda: firth(data.time, event, data.covariates, names=names)
    return calls


def _tables(data: Case) -> dict[str, Callable[[], Any]]:
    response = ["yes" if value else "no" for value in data.response]
    calls = {
        "fisher 2 x 2": lambda: compare_categorical(response, data.group),
        "wilcoxon": lambda: compare_numeric(data.covariates[:, 1], data.group),
        "binomial": lambda: binomial(int(data.response.sum()), data.n),
    }
    if data.n <= FIRTH_AT_MOST:
        calls["fisher 4 x 2"] = lambda: compare_categorical(data.product, data.group)
    return calls
