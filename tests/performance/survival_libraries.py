"""The same quantities by other Python libraries, where they give them and take no minutes."""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import stats
from statsmodels.duration.hazard_regression import PHReg
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight, survdiff
from statsmodels.stats.proportion import proportion_confint

from tests.performance.survival_case import Case

Calls = dict[str, dict[str, Callable[[], Any]]]
STRATA_AT_MOST = 1_000


def libraries(data: Case) -> Calls:
    """Return calls by quantity and library."""
    calls = _statsmodels(data)
    high = np.array(data.group) == "high"
    age, table = data.covariates[:, 1], [[sum((data.response == r) & (high == g)) for g in (0, 1)] for r in (0, 1)]
    calls["wilcoxon"] = {"scipy": lambda: stats.mannwhitneyu(age[high], age[~high], method="asymptotic")}
    calls["fisher 2 x 2"] = {"scipy": lambda: stats.fisher_exact(table)}
    if importlib.util.find_spec("lifelines"):
        for name, call in _lifelines(data).items():
            calls.setdefault(name, {})["lifelines"] = call
    return calls


def _statsmodels(data: Case) -> Calls:
    event, count = (data.status > 0).astype(int), int(data.response.sum())
    calls: dict[str, Callable[[], Any]] = {
        "cuminc": lambda: CumIncidenceRight(data.time, data.status),
        "km and median": lambda: SurvfuncRight(data.time, event).quantile(0.5),
        "log-rank": lambda: survdiff(data.time, event, np.array(data.group)),
        "cox": lambda: _phreg(data),
        "binomial": lambda: [proportion_confint(count, data.n, method=method) for method in ("beta", "wilson")],
    }
    if data.n <= STRATA_AT_MOST:
        strata = np.array(data.site)
        calls["cox delayed entry and strata"] = lambda: _phreg(data, entry=data.entry + 0.5, strata=strata)
    return {name: {"statsmodels": call} for name, call in calls.items()}


def _phreg(data: Case, **more: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return PHReg(data.time, data.covariates, status=data.status == 1, ties="efron", **more).fit().bse


def _lifelines(data: Case) -> dict[str, Callable[[], Any]]:
    import lifelines
    import pandas
    from lifelines.statistics import logrank_test

    high, event = np.array(data.group) == "high", data.status > 0
    frame = pandas.DataFrame(data.covariates).assign(time=data.time, event=data.status == 1)
    return {
        "km and median": lambda: lifelines.KaplanMeierFitter().fit(data.time, event).median_survival_time_,
        "log-rank": lambda: logrank_test(data.time[high], data.time[~high], event[high], event[~high]),
        "cox": lambda: lifelines.CoxPHFitter().fit(frame, "time", "event"),
    }
