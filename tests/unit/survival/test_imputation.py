"""Multiple imputation by chained equations, and the cumulative hazard that it is given."""

from __future__ import annotations

import math

import numpy as np
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from exports.survival.errors import NotEstimable
from exports.survival.imputation import impute, nelson_aalen
from exports.survival.pooling import rubin

NAN = math.nan
Columns = dict[str, np.ndarray]


def simulated(n: int, seed: int) -> Columns:
    """Return columns of which age and sex are incomplete, more often in people with a high ferritin."""
    source = np.random.default_rng(seed)
    ferritin = source.normal(10, 2, n)
    age = np.round(50 + 3 * (ferritin - 10) + source.normal(0, 6, n))
    sex = (source.random(n) < 1 / (1 + np.exp(-(ferritin - 10)))).astype(float)
    event = (source.random(n) < 0.3).astype(float)
    hazard = nelson_aalen(source.exponential(100, n), event)
    likely = 1 / (1 + np.exp(1 - 0.6 * (ferritin - 10)))
    age[source.random(n) < likely] = NAN
    sex[source.random(n) < likely] = NAN
    return {"age": age, "sex": sex, "ferritin": ferritin, "event": event, "hazard": hazard}


COLUMNS = simulated(120, 1)


def test_observed_values_are_never_changed_and_nothing_is_missing() -> None:
    for copy in impute(COLUMNS, m=3, seed=5):
        assert list(copy) == list(COLUMNS)
        for name, given in COLUMNS.items():
            seen = ~np.isnan(given)
            assert (copy[name][seen] == given[seen]).all()
            assert not np.isnan(copy[name]).any()


def test_a_number_is_imputed_by_an_observed_one_and_a_0_or_1_by_0_or_1() -> None:
    for copy in impute(COLUMNS, m=3, seed=5):
        assert set(copy["age"]) <= set(COLUMNS["age"][~np.isnan(COLUMNS["age"])])
        assert set(copy["sex"]) == {0, 1}


def test_the_same_seed_gives_the_same_copies_and_another_seed_others() -> None:
    first, again, other = (impute(COLUMNS, m=2, seed=seed) for seed in (5, 5, 6))
    assert all((a[name] == b[name]).all() for a, b in zip(first, again, strict=True) for name in COLUMNS)
    assert (first[0]["age"] != other[0]["age"]).any()
    assert (first[0]["age"] != first[1]["age"]).any()


def test_more_imputations_begin_with_the_same_ones() -> None:
    few, many = impute(COLUMNS, m=1, seed=5), impute(COLUMNS, m=3, seed=5)
    assert (few[0]["age"] == many[0]["age"]).all()


def test_nothing_missing_gives_equal_copies() -> None:
    whole = {name: COLUMNS[name] for name in ("ferritin", "event")}
    for copy in impute(whole, m=3, seed=5):
        assert all((copy[name] == whole[name]).all() for name in whole)


def test_the_order_of_drawing_may_be_given() -> None:
    assert impute(COLUMNS, m=1, seed=5, order=["sex", "age"])[0]["age"].size == 120
    with pytest.raises(NotEstimable, match="age, sex"):
        impute(COLUMNS, m=1, seed=5, order=["age", "event"])


def test_a_column_that_determines_another_does_no_harm() -> None:
    twice = COLUMNS | {"doubled": COLUMNS["ferritin"] * 2, "constant": np.ones(120)}
    assert not np.isnan(impute(twice, m=1, seed=5)[0]["age"]).any()


def test_a_separated_0_or_1_is_still_drawn() -> None:
    x = np.arange(40.0)
    y = (x >= 20).astype(float)
    y[[5, 35]] = NAN
    drawn = [copy["y"][[5, 35]] for copy in impute({"x": x, "y": y}, m=20, seed=1, rounds=1)]
    assert np.mean(drawn, axis=0) == pytest.approx([0, 1], abs=0.3)


def test_pooled_means_are_unbiased_and_intervals_cover() -> None:
    """Means of the people with values alone are off by more than 1 year here, as those with high ferritin lack them."""
    truth, covered, bias, naive = 50.0, 0, [], []
    for seed in range(25):
        columns = simulated(150, 1000 + seed)
        copies = impute(columns, m=5, seed=seed, rounds=2)
        means = [[copy["age"].mean()] for copy in copies]
        found = rubin(means, [[copy["age"].var(ddof=1) / 150] for copy in copies], df_complete=149)
        reach = 1.98 * found.se[0]
        covered += abs(found.coef[0] - truth) <= reach
        bias.append(found.coef[0] - truth)
        naive.append(np.nanmean(columns["age"]) - truth)
    assert np.mean(naive) < -1
    assert abs(np.mean(bias)) < 0.4
    assert covered >= 20


@pytest.mark.parametrize(
    ("columns", "m", "code"),
    [
        ({"a": [1.0, NAN, NAN, 2.0, 3.0, 1.0]}, 2, "TOO_FEW"),
        ({"a": [1.0, 2.0], "b": [1.0]}, 2, "BAD_INPUT"),
        ({"a": [1.0, math.inf]}, 2, "BAD_INPUT"),
        ({"a": ["x", "y"]}, 2, "BAD_INPUT"),
        ({"a": [1.0, 2.0]}, 0, "BAD_INPUT"),
        ({}, 2, "BAD_INPUT"),
    ],
)
def test_what_cannot_be_imputed_is_refused(columns: dict[str, list[float]], m: int, code: str) -> None:
    with pytest.raises(NotEstimable) as refused:
        impute(columns, m=m, seed=1)
    assert refused.value.code == code


def test_the_cumulative_hazard_is_counted_at_everybodys_own_time() -> None:
    assert nelson_aalen([5, 3, 3, 8], [1, 1, 0, 0]) == pytest.approx([1 / 4 + 1 / 2, 1 / 4, 1 / 4, 1 / 4 + 1 / 2])


def test_with_delayed_entry_only_those_who_had_entered_are_at_risk() -> None:
    assert nelson_aalen([5, 3, 9], [1, 1, 0], [0, 0, 3]) == pytest.approx([1 / 2 + 1 / 2, 1 / 2, 1])


def test_the_cumulative_hazard_agrees_with_the_survival_of_statsmodels() -> None:
    source = np.random.default_rng(3)
    time, event = source.integers(1, 30, 200).astype(float), source.integers(0, 2, 200)
    theirs = SurvfuncRight(time, event)
    hazard = dict(zip(theirs.surv_times, np.cumsum(theirs.n_events / theirs.n_risk), strict=True))
    ours = nelson_aalen(time, event)
    assert [ours[i] for i in np.flatnonzero(event)] == pytest.approx([hazard[t] for t in time[event == 1]])
