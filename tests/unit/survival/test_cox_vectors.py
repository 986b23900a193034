"""Every Cox model of the reference vectors equals what R's survival package found."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

from exports.survival.cox import cox
from exports.survival.cox_concordance import concordance
from exports.survival.cox_input import cox_input
from exports.survival.cox_likelihood import information, point, score
from exports.survival.cox_result import CoxFit
from exports.survival.cox_risk_sets import risk_sets
from exports.survival.errors import MONOTONE, NotEstimable
from exports.survival.firth import firth
from exports.survival.proportional_hazards import proportional_hazards_test
from tests.unit.survival.cox_vectors import analyses, arguments

CASES = [pytest.param(data_set, case, id=f"{data_set[:3]}-{case['id']}") for data_set, case in analyses()]
FINITE = [case for case in CASES if not case.values[1]["result"]["monotone_likelihood"]]
MONOTONES = [case for case in CASES if case.values[1]["result"]["monotone_likelihood"]]
PENALISED = [case for case in CASES if "firth" in case.values[1]["result"]]


def near(value: Any, tolerance: float = 1e-6) -> Any:
    """Return the value of R, to the tolerance relative to the larger of 1 and the value."""
    return pytest.approx(value, rel=tolerance, abs=tolerance)


def same_test(ours: Any, theirs: dict[str, float]) -> None:
    assert asdict(ours) == near(theirs)


@pytest.mark.parametrize(("data_set", "case"), FINITE)
def test_a_cox_model_equals_r(data_set: str, case: dict[str, Any]) -> None:
    fit, expected = cox(**arguments(data_set, case["spec"])), case["result"]
    _same_counts(fit, expected)
    _same_coefficients(fit, expected["coefficients"])
    assert fit.covariance == near(np.array(expected["covariance"]))
    assert (fit.loglik_null, fit.loglik) == near((expected["loglik_null"], expected["loglik"]))
    same_test(fit.lr, expected["lr_test"])
    same_test(fit.score, expected["score_test"])
    same_test(fit.wald, expected["wald_test"])
    found = concordance(fit)
    assert (found.c, found.se) == near((expected["concordance"]["c"], expected["concordance"]["se"]))
    for transform, tests in expected.get("ph_test", {}).items():
        ours = proportional_hazards_test(fit, transform)
        assert list(ours) == list(tests)
        for term, theirs in tests.items():
            same_test(ours[term], theirs)


def _same_counts(fit: CoxFit, expected: dict[str, Any]) -> None:
    assert (fit.n, fit.n_excluded_missing) == (expected["n"], expected["n_excluded_missing"])
    assert (fit.n_events, fit.parameters) == (expected["n_events"], expected["parameters"])
    assert fit.events_per_parameter == near(expected["events_per_parameter"])


def _same_coefficients(fit: CoxFit, expected: dict[str, dict[str, float]]) -> None:
    assert list(fit.names) == list(expected)
    for name, theirs in expected.items():
        ours = fit.row(name)
        limits = {"hr_lower": ours.lower, "hr_upper": ours.upper}
        assert {"coef": ours.coef, "se": ours.se, "hr": ours.hr, **limits, "z": ours.z, "p": ours.p} == near(theirs)


@pytest.mark.parametrize(("data_set", "case"), MONOTONES)
def test_a_model_that_r_warns_of_is_refused_as_monotone(data_set: str, case: dict[str, Any]) -> None:
    with pytest.raises(NotEstimable, match="group=B") as refused:
        cox(**arguments(data_set, case["spec"]))
    assert refused.value.code == MONOTONE
    assert "Firth" in refused.value.advice


@pytest.mark.parametrize(("data_set", "case"), MONOTONES)
def test_the_likelihood_and_score_test_at_0_of_a_refused_model_equal_r(data_set: str, case: dict[str, Any]) -> None:
    found, expected = cox_input(**arguments(data_set, case["spec"])), case["result"]
    sets = risk_sets(found)
    null = point(sets, np.zeros(len(found.names)))
    slope = score(null)
    assert null.loglik == near(expected["loglik_null"])
    assert slope @ np.linalg.solve(information(null), slope) == near(expected["score_test"]["chisq"])


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize(("data_set", "case"), PENALISED)
def test_a_firth_model_equals_the_penalised_likelihood_of_r(data_set: str, case: dict[str, Any], ties: str) -> None:
    fit = firth(**(arguments(data_set, case["spec"]) | {"ties": ties}))
    expected = case["result"]["firth"][ties]
    assert fit.penalised_loglik == near(expected["penalised_loglik"], 1e-5)
    assert list(fit.names) == list(expected["coefficients"])
    for name, theirs in expected["coefficients"].items():
        ours = fit.row(name)
        limits = {"hr_lower_profile": ours.lower, "hr_upper_profile": ours.upper}
        assert {"coef": ours.coef, "hr": ours.hr, **limits, "p_plr": ours.p} == near(theirs, 1e-5)
