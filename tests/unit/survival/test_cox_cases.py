"""Cox models whose answer is known: by hand, from the definition, from another program, or because it cannot change."""

from __future__ import annotations

from math import log, sqrt
from typing import Any

import numpy as np
import pytest

from exports.survival.cox import cox
from exports.survival.cox_concordance import concordance
from exports.survival.cox_input import cox_input
from exports.survival.cox_likelihood import point
from exports.survival.cox_result import chi_squared
from exports.survival.cox_risk_sets import risk_sets
from exports.survival.cox_terms import drop_one
from exports.survival.firth import firth
from exports.survival.proportional_hazards import proportional_hazards_test
from tests.unit.survival.plain_cox import Cohort, cohort, concordant_share, log_likelihood

PEOPLE = cohort()
NAMES = ("sex", "age")
BOTH_TIES = pytest.mark.parametrize("ties", ["efron", "breslow"])


def near(value: Any, tolerance: float = 1e-8) -> Any:
    return pytest.approx(value, rel=tolerance, abs=tolerance)


def given(people: Cohort = PEOPLE, **changed: Any) -> dict[str, Any]:
    whole = {"time": people.time, "event": people.event, "covariates": people.x, "names": NAMES}
    return whole | {"entry": people.entry, "strata": people.strata} | changed


def test_three_subjects_without_ties_have_a_hazard_ratio_of_one_over_root_two() -> None:
    fit = cox([1, 2, 3], [1, 1, 1], [1, 0, 1], names=["x"])
    u = 1 / sqrt(2)
    assert fit.row("x").hr == near(u)
    assert fit.loglik_null == near(-log(6))
    assert fit.loglik == near(log(u / ((2 * u + 1) * (u + 1))))
    assert fit.covariance[0, 0] == near(1 / (2 * u / (2 * u + 1) ** 2 + u / (u + 1) ** 2))


@pytest.mark.parametrize(("ties", "ratio"), [("efron", sqrt(1 / 6)), ("breslow", 1 / 2)])
def test_two_tied_events_have_the_hazard_ratio_of_the_formula(ties: str, ratio: float) -> None:
    fit = cox([1, 1, 2], [1, 1, 0], [1, 0, 1], names=["x"], ties=ties)
    assert fit.hr[0] == near(ratio)


@BOTH_TIES
@pytest.mark.parametrize("beta", [(0.0, 0.0), (0.7, -0.05)])
def test_the_likelihood_equals_its_definition_with_ties_entry_and_strata(ties: str, beta: tuple[float, float]) -> None:
    sets = risk_sets(cox_input(**given(ties=ties)))
    assert point(sets, np.array(beta) * sets.scale).loglik == near(log_likelihood(PEOPLE, np.array(beta), ties))


@BOTH_TIES
def test_the_estimate_is_where_the_definition_is_largest(ties: str) -> None:
    fit = cox(**given(ties=ties))
    assert fit.loglik == near(log_likelihood(PEOPLE, fit.coef, ties))
    for column in range(2):
        aside = fit.coef + np.eye(2)[column] * fit.se[column] * np.array([[1e-2], [-1e-2]])
        assert max(log_likelihood(PEOPLE, beta, ties) for beta in aside) < fit.loglik


def test_the_covariance_is_the_inverse_curvature_of_the_definition() -> None:
    fit, step = cox(**given()), 1e-3
    turn = np.diag(fit.se) * step

    def at(*moves: np.ndarray) -> float:
        return log_likelihood(PEOPLE, fit.coef + sum(moves), "efron")

    curvature = [[at(a, b) - at(a, -b) - at(-a, b) + at(-a, -b) for a in turn] for b in turn]
    expected = np.linalg.inv(-np.array(curvature) / 4 / np.outer(fit.se, fit.se) / step**2)
    assert fit.covariance == near(expected, 1e-5)


def test_concordance_equals_a_count_of_all_pairs_with_ties_entry_and_strata() -> None:
    fit = cox(**given(covariates=PEOPLE.x[:, :1], names=["sex"]))
    people = Cohort(PEOPLE.time, PEOPLE.event, PEOPLE.x[:, :1], PEOPLE.entry, PEOPLE.strata)
    assert concordance(fit).tied_risk > 0
    assert concordance(fit).c == near(concordant_share(people, fit.coef))


def test_the_order_of_subjects_changes_nothing() -> None:
    order = np.random.default_rng(1).permutation(PEOPLE.time.size)
    mixed = Cohort(*(np.array(values)[order] for values in vars(PEOPLE).values()))
    ours, theirs = cox(**given(mixed)), cox(**given())
    assert ours.coef == near(theirs.coef)
    assert concordance(ours).se == near(concordance(theirs).se)
    assert proportional_hazards_test(ours)["GLOBAL"].chisq == near(proportional_hazards_test(theirs)["GLOBAL"].chisq)


def test_shifting_a_covariate_changes_nothing_and_scaling_it_scales_its_coefficient() -> None:
    plain, moved = cox(**given()), cox(**given(covariates=PEOPLE.x * [1, 1e5] + [100, -1e6]))
    assert moved.coef * [1, 1e5] == near(plain.coef)
    assert moved.p == near(plain.p)
    assert moved.loglik == near(plain.loglik)
    assert proportional_hazards_test(moved)["age"].chisq == near(proportional_hazards_test(plain)["age"].chisq, 1e-6)


def test_the_likelihood_of_strata_is_the_sum_of_their_likelihoods() -> None:
    parts = [np.array(PEOPLE.strata) == stratum for stratum in "abc"]
    alone = [risk_sets(cox_input(PEOPLE.time[i], PEOPLE.event[i], PEOPLE.x[i], entry=PEOPLE.entry[i])) for i in parts]
    beta = np.array([0.4, 0.02])
    whole = risk_sets(cox_input(**given()))
    total = sum(point(sets, beta * sets.scale).loglik for sets in alone)
    assert point(whole, beta * whole.scale).loglik == near(total)


def test_entry_at_0_is_the_same_as_no_delayed_entry() -> None:
    with_entry, without = cox(**given(entry=np.zeros(60))), cox(**given(entry=None))
    assert with_entry.coef == near(without.coef)
    assert with_entry.loglik == near(without.loglik)
    assert concordance(with_entry) == concordance(without)


def test_who_enters_on_the_day_of_an_event_is_not_at_risk_on_that_day() -> None:
    late = cox([1, 2, 3, 9], [1, 1, 1, 1], [1, 0, 1, 5], names=["x"], entry=[0, 0, 0, 3])
    assert late.hr[0] == near(1 / sqrt(2))


@BOTH_TIES
def test_statsmodels_finds_the_same_model(ties: str) -> None:
    from statsmodels.duration.hazard_regression import PHReg

    codes = np.unique(PEOPLE.strata, return_inverse=True)[1]
    theirs = PHReg(PEOPLE.time, PEOPLE.x, status=PEOPLE.event.astype(int), strata=codes, ties=ties).fit()
    ours = cox(**given(entry=None, ties=ties))
    assert ours.coef == near(theirs.params, 1e-6)
    assert ours.se == near(theirs.bse, 1e-6)
    assert ours.loglik == near(theirs.llf, 1e-6)


def test_dropping_the_only_term_is_the_likelihood_ratio_test_of_the_model() -> None:
    fit = cox(**given(terms={"both": slice(0, 2)}))
    assert drop_one(fit) == {"both": fit.lr}
    assert proportional_hazards_test(fit)["both"] == proportional_hazards_test(fit)["GLOBAL"]


def test_dropping_a_term_compares_with_the_model_of_the_others() -> None:
    fit, rest = cox(**given()), cox(**given(covariates=PEOPLE.x[:, 1], names=["age"]))
    test = drop_one(fit)["sex"]
    assert (test.chisq, test.df) == (near(2 * (fit.loglik - rest.loglik)), 1)


@BOTH_TIES
def test_firth_is_finite_where_a_group_has_no_event(ties: str) -> None:
    fit = firth([2, 3, 5, 8, 9, 9], [1, 1, 0, 0, 1, 0], [0, 0, 1, 1, 0, 1], names=["x"], ties=ties)
    row = fit.row("x")
    assert 0 < row.lower < row.hr < 1
    assert row.hr < row.upper < np.inf
    assert 0.05 < row.p < 1


def test_firth_is_where_the_penalised_formula_is_largest_and_its_limits_where_that_has_fallen() -> None:
    fit = firth([1, 2, 3], [1, 1, 1], [1, 0, 1], names=["x"])

    def penalised(ratio: float) -> float:
        information = 2 * ratio / (2 * ratio + 1) ** 2 + ratio / (ratio + 1) ** 2
        return log(ratio / ((2 * ratio + 1) * (ratio + 1))) + log(information) / 2

    assert fit.penalised_loglik == near(penalised(fit.hr[0]))
    assert penalised(fit.hr[0]) > max(penalised(fit.hr[0] * aside) for aside in (0.999, 1.001))
    fallen = fit.penalised_loglik - 1.959963984540054**2 / 2
    assert (penalised(fit.lower[0]), penalised(fit.upper[0])) == near((fallen, fallen))
    assert fit.p[0] == near(chi_squared(2 * (fit.penalised_loglik - penalised(1)), 1).p)


def test_firth_does_not_depend_on_the_unit() -> None:
    plain, large = firth(**given(strata=None)), firth(**given(strata=None, covariates=PEOPLE.x * [1, 1e4]))
    assert large.coef * [1, 1e4] == near(plain.coef, 1e-6)
    assert large.p == near(plain.p, 1e-6)
    assert large.upper[0] == near(plain.upper[0], 1e-6)


def test_what_was_fitted_cannot_be_changed_afterwards() -> None:
    with pytest.raises(ValueError, match="read-only"):
        cox(**given()).found.time[0] = 1


def test_a_level_that_is_at_risk_at_one_time_only_has_no_test_of_proportional_hazards() -> None:
    rare, other = np.array([1, 1, 0, 0, 0, 0, 0, 0]), np.array([0, 1, 1, 0, 1, 0, 1, 0])
    fit = cox([1, 1, 1, 2, 3, 4, 5, 6], [1] * 8, np.column_stack([rare, other]), names=["rare", "other"])
    found = proportional_hazards_test(fit)
    assert set(found) == {"other"}
    assert 0 < found["other"].p < 1
