"""The first table of a report: summaries, tests and standardised differences."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from exports.survival.errors import NotEstimable
from exports.survival.table_one import (
    compare_categorical,
    compare_numeric,
    counted,
    numeric_summary,
    standardised_difference,
)

SOURCE = np.random.default_rng(7)
VALUES = np.round(SOURCE.normal(60, 12, 90))
GROUP = SOURCE.choice(["a", "b", "c"], 90).tolist()
TWO = ["low" if label == "a" else "high" for label in GROUP]


def parts(values: np.ndarray, group: list[str]) -> list[np.ndarray]:
    return [values[np.array(group) == level] for level in sorted(set(group))]


def test_a_summary_counts_missing_values_and_describes_the_others() -> None:
    found = numeric_summary([3.0, None, 1.0, float("nan"), 2.0, 10.0])
    assert (found.n, found.missing, found.min, found.max, found.mean) == (4, 2, 1, 10, 4)
    assert (found.q1, found.median, found.q3) == (1.75, 2.5, 4.75)
    assert found.sd == pytest.approx(np.std([1, 2, 3, 10], ddof=1))


def test_a_summary_of_nothing_and_of_one_value_says_none() -> None:
    assert (numeric_summary([None, None]).median, numeric_summary([None]).n, numeric_summary([None]).missing) == (
        None,
        0,
        1,
    )
    assert (numeric_summary([4.0]).median, numeric_summary([4.0]).sd) == (4, None)


def test_two_groups_are_compared_as_scipy_does() -> None:
    found = compare_numeric(VALUES, TWO)
    theirs = stats.mannwhitneyu(*parts(VALUES, TWO), method="asymptotic", use_continuity=True)
    assert found.test == "wilcoxon_normal_continuity"
    assert (found.statistic, found.p) == pytest.approx((theirs.statistic, theirs.pvalue), rel=1e-12)


def test_three_groups_are_compared_as_scipy_does() -> None:
    found, theirs = compare_numeric(VALUES, GROUP), stats.kruskal(*parts(VALUES, GROUP))
    assert found.test == "kruskal_wallis"
    assert (found.statistic, found.p) == pytest.approx((theirs.statistic, theirs.pvalue), rel=1e-12)


def test_rows_without_a_value_or_a_group_are_left_out() -> None:
    with_gaps = compare_numeric([*VALUES, None, 5.0], [*TWO, "low", None])  # type: ignore[list-item]
    assert with_gaps == compare_numeric(VALUES, TWO)


def test_no_difference_at_all_has_p_1() -> None:
    assert compare_numeric([1.0, 2.0, 1.0, 2.0], ["a", "a", "b", "b"]).p == 1


@pytest.mark.parametrize(
    ("values", "group", "code"),
    [
        ([1.0, 2.0], ["a", "a"], "ONE_GROUP"),
        ([1.0, None], ["a", "b"], "ONE_GROUP"),
        ([3.0, 3.0, 3.0], ["a", "b", "b"], "TOO_FEW"),
        ([1.0, math.inf], ["a", "b"], "BAD_INPUT"),
        ([1.0, 2.0], ["a"], "BAD_INPUT"),
        (["x", "y"], ["a", "b"], "BAD_INPUT"),
        ([1.0, 2.0], [1, 2], "BAD_INPUT"),
    ],
)
def test_a_comparison_that_is_none_is_refused(values: list[float], group: list[str], code: str) -> None:
    with pytest.raises(NotEstimable) as refused:
        compare_numeric(values, group)
    assert refused.value.code == code


def test_categories_are_compared_by_fishers_test() -> None:
    values = ["x", "y", None, "x", "y", "y"]
    group = ["a", "a", "a", "b", "b", None]
    assert counted(values, group).tolist() == [[1, 1], [1, 1]]  # type: ignore[arg-type]
    found = compare_categorical(values, group)  # type: ignore[arg-type]
    assert (found.test, found.statistic, found.p) == ("fisher_exact", None, pytest.approx(1))


def test_a_standardised_difference_of_means_is_in_pooled_standard_deviations() -> None:
    first, second = parts(VALUES, TWO)
    expected = (first.mean() - second.mean()) / math.sqrt((first.var(ddof=1) + second.var(ddof=1)) / 2)
    assert standardised_difference(VALUES, TWO) == pytest.approx(expected)
    assert standardised_difference(VALUES * 3 + 7, TWO) == pytest.approx(expected)


def test_a_standardised_difference_of_two_categories_is_that_of_their_proportion() -> None:
    values, group = ["y"] * 3 + ["n"] * 7 + ["y"] * 6 + ["n"] * 6, ["a"] * 10 + ["b"] * 12
    expected = 0.2 / math.sqrt((0.3 * 0.7 + 0.5 * 0.5) / 2)
    assert standardised_difference(values, group, "categorical") == pytest.approx(expected)


def test_a_standardised_difference_does_not_depend_on_the_names_of_categories() -> None:
    values = SOURCE.choice(["w", "x", "y", "z"], 90).tolist()
    renamed = [{"w": "4", "x": "2", "y": "3", "z": "1"}[value] for value in values]
    found = standardised_difference(values, TWO, "categorical")
    assert found == pytest.approx(standardised_difference(renamed, TWO, "categorical"))
    assert found > 0


def test_groups_that_are_alike_do_not_differ() -> None:
    assert standardised_difference([5.0] * 4, ["a", "a", "b", "b"]) == 0
    assert standardised_difference(["x", "y"] * 2, ["a", "a", "b", "b"], "categorical") == 0


@pytest.mark.parametrize(
    ("values", "group", "kind", "code"),
    [
        ([1.0, 1.0, 2.0, 2.0], ["a", "a", "b", "b"], "numeric", "TOO_FEW"),
        ([1.0, 2.0, 3.0], ["a", "a", "b"], "numeric", "TOO_FEW"),
        ([1.0, 2.0, 3.0], ["a", "b", "c"], "numeric", "ONE_GROUP"),
        (["x", "x", "y", "y"], ["a", "a", "b", "b"], "categorical", "TOO_FEW"),
        (["x", "x", "y", "z"], ["a", "a", "b", "b"], "categorical", "TOO_FEW"),
    ],
)
def test_a_difference_without_a_scale_is_refused(values: list[float], group: list[str], kind: str, code: str) -> None:
    with pytest.raises(NotEstimable) as refused:
        standardised_difference(values, group, kind)  # type: ignore[arg-type]
    assert refused.value.code == code
