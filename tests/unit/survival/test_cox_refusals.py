"""What a Cox model refuses, and what it advises then; and how covariates become columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from exports.survival.cox import cox
from exports.survival.cox_concordance import concordance
from exports.survival.cox_design import Covariate, Design, design
from exports.survival.errors import BAD_INPUT, MONOTONE, NO_EVENT, SINGULAR, TOO_FEW, NotEstimable
from exports.survival.firth import firth
from exports.survival.proportional_hazards import proportional_hazards_test

DAYS = [1, 2, 3, 4, 5, 6]
DEATHS = [1, 0, 1, 1, 0, 1]
SEX = [1, 0, 0, 1, 1, 0]
COLUMNS = {"arm": ["low", None, "high", "mid", "low", "mid"], "ferritin": [8.0, 2.0, 4.0, None, 1.0, 2.0]}


def pair(second: list[float]) -> np.ndarray:
    return np.column_stack([SEX, second])


@pytest.mark.parametrize(
    ("changed", "code", "words"),
    [
        ({"event": [0] * 6}, NO_EVENT, "None of 6 subjects had the event. Report 0 events"),
        ({"covariates": [1, 0, 0, 0, 0, 0]}, MONOTONE, "coefficient of sex: .* Use Firth"),
        ({"covariates": [1e4 * day for day in DAYS]}, MONOTONE, "coefficient of sex: .* Use Firth"),
        ({"covariates": [3] * 6}, SINGULAR, "sex has the same value in everybody at risk .* Leave sex out"),
        ({"strata": ["a", "b", "b", "a", "a", "b"]}, SINGULAR, "sex has the same value"),
        (
            {"covariates": pair([2 * x + 7 for x in SEX]), "names": ["sex", "twice"]},
            SINGULAR,
            "twice is determined",
        ),
        ({"event": [1, 2, 0, 0, 0, 0]}, BAD_INPUT, "codes other than 0 and 1"),
        ({"covariates": [1, 0, float("nan"), 1, 1, 0]}, BAD_INPUT, "missing"),
        ({"time": [1, 2, 3, 4, 5]}, BAD_INPUT, "5 values for 6 rows"),
        ({"time": [-1, 2, 3, 4, 5, 6]}, BAD_INPUT, "below 0"),
        ({"entry": [0, 2, 0, 0, 0, 0]}, BAD_INPUT, "on or before their day of entry"),
        ({"ties": "exact"}, BAD_INPUT, "Use one of: efron, breslow"),
        ({"names": ["a", "b"]}, BAD_INPUT, "2 names for 1 columns"),
        ({"terms": {"a": [0, 0]}}, BAD_INPUT, "terms do not cover each column once"),
    ],
)
def test_input_without_an_answer_is_refused_with_its_code_and_advice(
    changed: dict[str, Any], code: str, words: str
) -> None:
    whole = {"time": DAYS, "event": DEATHS, "covariates": SEX, "names": ["sex"]}
    with pytest.raises(NotEstimable, match=words) as refused:
        cox(**(whole | changed))
    assert refused.value.code == code
    assert refused.value.advice


def test_a_rare_group_with_the_first_event_alone_is_refused_and_not_given_a_large_number() -> None:
    rare = np.zeros(5000)
    rare[0] = 1
    days = np.arange(1, 5001)
    with pytest.raises(NotEstimable, match="coefficient of rare"):
        cox(days, days % 2 == 1, np.column_stack([np.sin(days), rare]), names=["age", "rare"])


def test_firth_refuses_what_no_penalty_can_mend() -> None:
    with pytest.raises(NotEstimable, match="twice is determined"):
        firth(DAYS, DEATHS, pair([2 * sex for sex in SEX]), names=["sex", "twice"])


def test_a_logarithm_of_day_0_and_an_unknown_transform_are_refused() -> None:
    fit = cox([0, 2, 3, 4, 5, 6], DEATHS, SEX, names=["sex"])
    with pytest.raises(NotEstimable, match="day 0"):
        proportional_hazards_test(fit, "log")
    with pytest.raises(NotEstimable, match="Use km, identity, rank or log"):
        proportional_hazards_test(fit, "square")


def test_proportionality_cannot_be_tested_with_events_on_one_day() -> None:
    with pytest.raises(NotEstimable) as refused:
        proportional_hazards_test(cox([1, 1, 2, 3], [1, 1, 0, 0], [1, 0, 0, 1], names=["sex"]))
    assert refused.value.code == TOO_FEW


def test_without_a_pair_to_compare_there_is_no_concordance() -> None:
    fit = cox([1, 1, 1, 1], [1, 1, 1, 1], [0, 1, 1, 3], names=["dose"])
    with pytest.raises(NotEstimable) as refused:
        concordance(fit)
    assert refused.value.code == TOO_FEW


def test_a_design_has_an_indicator_per_level_other_than_the_reference() -> None:
    made = design(COLUMNS, [Covariate("arm", "arm", "categorical", reference="low")])
    assert made.names == ("arm=high", "arm=mid")
    assert made.terms == {"arm": (0, 1)}
    assert made.complete.tolist() == [True, False, True, True, True, True]
    assert made.matrix[made.complete].tolist() == [[0, 0], [1, 0], [0, 1], [0, 0], [0, 1]]
    assert np.isnan(made.matrix[1]).all()


def test_a_covariate_is_transformed_and_then_divided() -> None:
    made = design(COLUMNS, [Covariate("iron", "ferritin", transform="log2", divide_by=2)])
    assert made.names == ("iron",)
    assert made.matrix[made.complete, 0].tolist() == [1.5, 0.5, 1.0, 0.0, 0.5]


def test_levels_are_those_of_the_rows_that_are_complete_in_all_covariates() -> None:
    columns = COLUMNS | {"ferritin": [8.0, 2.0, None, 4.0, 1.0, 2.0]}
    assert design(columns, [Covariate("arm", "arm", "categorical"), Covariate("iron", "ferritin")]).names == (
        "arm=mid",
        "iron",
    )


def test_incomplete_rows_of_a_design_are_left_out_and_counted() -> None:
    columns = {"sex": [1, 0, None, 1, 1, 0]}
    fit = cox(DAYS, [1, 1, 1, 1, 0, 1], design(columns, [Covariate("sex", "sex")]))
    alone = cox([1, 2, 4, 5, 6], [1, 1, 1, 0, 1], [1, 0, 1, 1, 0])
    assert (fit.n, fit.n_excluded_missing) == (5, 1)
    assert fit.coef == pytest.approx(alone.coef)


@pytest.mark.parametrize(
    ("covariate", "code", "words"),
    [
        (Covariate("age", "years"), BAD_INPUT, "no column years. Columns are: arm, ferritin"),
        (Covariate("arm", "arm"), BAD_INPUT, "no number"),
        (Covariate("arm", "arm", "categorical", reference="none"), BAD_INPUT, "Choose one of: high, low, mid"),
        (Covariate("iron", "ferritin", divide_by=0), BAD_INPUT, "cannot be divided by 0"),
        (Covariate("iron", "zero", transform="log2"), BAD_INPUT, "zero holds a value of 0 or less"),
        (Covariate("arm", "one", "categorical"), SINGULAR, "single level a"),
    ],
)
def test_a_covariate_that_cannot_be_coded_is_refused(covariate: Covariate, code: str, words: str) -> None:
    columns = COLUMNS if covariate.name != "arm" or covariate.column == "arm" else {"one": ["a"] * 6}
    columns = columns if covariate.column != "zero" else {"zero": [0.0, 1.0]}
    with pytest.raises(NotEstimable, match=words) as refused:
        design(columns, [covariate])
    assert refused.value.code == code


def test_a_design_needs_columns_of_one_length_and_names_of_their_own() -> None:
    with pytest.raises(NotEstimable, match="differ in length"):
        design({"a": [1, 2], "b": [1]}, [Covariate("a", "a"), Covariate("b", "b")])
    with pytest.raises(NotEstimable, match="same name"):
        design({"a": [1, 2]}, [Covariate("a", "a"), Covariate("a", "a", divide_by=10)])
    with pytest.raises(NotEstimable, match="no covariate"):
        design({"a": [1, 2]}, [])


def test_a_design_is_taken_with_its_own_names() -> None:
    made = Design(("sex",), {"sex": (0,)}, np.array(SEX, dtype=float).reshape(-1, 1), np.ones(6, dtype=bool))
    assert cox(DAYS, DEATHS, made).names == ("sex",)
