"""Exact and score intervals of a proportion, and Fisher's exact test of any table."""

from __future__ import annotations

import itertools
from math import exp, lgamma

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from exports.survival import fisher_tables
from exports.survival.errors import NotEstimable
from exports.survival.proportions import binomial, fisher


@pytest.mark.parametrize(("x", "n"), [(0, 1), (1, 1), (0, 28), (33, 43), (3, 43), (1499, 2000), (50_000, 100_000)])
def test_both_intervals_equal_those_of_statsmodels(x: int, n: int) -> None:
    found = binomial(x, n)
    exact, wilson = (proportion_confint(x, n, method=method) for method in ("beta", "wilson"))
    lower, upper = (limit if np.isfinite(limit) else edge for limit, edge in zip(exact, (0, 1), strict=True))
    assert (found.exact_lower, found.exact_upper) == pytest.approx((lower, upper), abs=1e-12)
    assert (found.wilson_lower, found.wilson_upper) == pytest.approx(wilson, abs=1e-12)
    assert found.est == x / n


def test_an_interval_of_nobody_and_of_all_ends_at_0_and_at_1() -> None:
    assert (binomial(0, 28).exact_lower, binomial(0, 28).wilson_lower) == (0, 0)
    assert (binomial(28, 28).exact_upper, binomial(28, 28).wilson_upper) == (1, 1)


@pytest.mark.parametrize(
    ("x", "n", "code"), [(0, 0, "TOO_FEW"), (3, 2, "BAD_INPUT"), (-1, 2, "BAD_INPUT"), (1.5, 2, "BAD_INPUT")]
)
def test_what_is_no_proportion_is_refused(x: int, n: int, code: str) -> None:
    with pytest.raises(NotEstimable) as refused:
        binomial(x, n)
    assert refused.value.code == code


def test_fisher_of_two_by_two_tables_equals_scipy() -> None:
    for table in np.random.default_rng(1).integers(1, 30, (100, 2, 2)):
        assert fisher(table) == pytest.approx(stats.fisher_exact(table)[1], rel=1e-7)


def enumerated(table: np.ndarray) -> float:
    """Return Fisher's p by making every table of the margins."""
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    fixed = sum(lgamma(k + 1) for k in [*rows, *columns]) - lgamma(table.sum() + 1)
    probabilities = [fixed - cells for cells in _fillings(rows, columns)]
    seen = fixed - sum(lgamma(k + 1) for k in table.flat)
    assert sum(map(exp, probabilities)) == pytest.approx(1)
    return sum(exp(logp) for logp in probabilities if logp <= seen + 1e-7)


def _fillings(rows: np.ndarray, columns: np.ndarray) -> list[float]:
    if len(rows) == 1:
        return [sum(lgamma(k + 1) for k in columns)]
    ways = (way for way in itertools.product(*(range(k + 1) for k in columns)) if sum(way) == rows[0])
    return [sum(lgamma(k + 1) for k in way) + rest for way in ways for rest in _fillings(rows[1:], columns - way)]


@pytest.mark.parametrize("at_once", [500_000, 20])
@pytest.mark.parametrize("shape", [(2, 3), (3, 2), (3, 3), (4, 3), (5, 2), (3, 4)])
def test_fisher_of_larger_tables_equals_the_sum_over_every_table(
    monkeypatch: pytest.MonkeyPatch, shape: tuple[int, int], at_once: int
) -> None:
    monkeypatch.setattr(fisher_tables, "AT_ONCE", at_once)
    for seed in range(4):
        table = np.random.default_rng(seed).integers(0, 4, shape) + np.eye(*shape, dtype=int)
        assert fisher(table) == pytest.approx(enumerated(table), rel=1e-9)


def test_nine_sites_by_two_groups_of_43_take_no_time_and_do_not_depend_on_the_order() -> None:
    table = np.array([[4, 2], [3, 3], [5, 1], [2, 1], [1, 2], [6, 2], [3, 1], [2, 2], [2, 1]])
    shuffled = table[np.random.default_rng(1).permutation(9)].T[::-1]
    assert fisher(table) == pytest.approx(fisher(shuffled), rel=1e-9)


def test_a_p_value_near_0_keeps_its_relative_precision() -> None:
    table = [[400, 200], [100, 300]]
    assert fisher(table) == pytest.approx(stats.fisher_exact(table)[1], rel=1e-6)
    assert fisher(table) < 1e-30


def test_empty_rows_and_columns_count_for_nothing() -> None:
    assert fisher([[3, 0, 5], [0, 0, 0], [6, 0, 1]]) == fisher([[3, 5], [6, 1]])


def test_a_table_with_one_category_cannot_be_tested() -> None:
    with pytest.raises(NotEstimable) as refused:
        fisher([[3, 5], [0, 0]])
    assert refused.value.code == "ONE_GROUP"


@pytest.mark.parametrize("table", [[1, 2], [[1, -2], [3, 4]], [[1.5, 2], [3, 4]], [["a", "b"], ["c", "d"]]])
def test_what_is_no_table_of_counts_is_refused(table: list[object]) -> None:
    with pytest.raises(NotEstimable) as refused:
        fisher(table)  # type: ignore[arg-type]
    assert refused.value.code == "BAD_INPUT"


def test_a_table_too_large_to_enumerate_is_refused_with_advice() -> None:
    with pytest.raises(NotEstimable, match="Combine its smallest categories") as refused:
        fisher(np.random.default_rng(3).integers(200, 900, (9, 8)))
    assert refused.value.code == "TOO_LARGE"
