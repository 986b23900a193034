"""Gray's test and the log-rank test on cases that can be worked out by hand, and where there is no test."""

from __future__ import annotations

import math

import numpy as np
import pytest

from exports.survival.errors import NotEstimable
from exports.survival.gray import gray_test
from exports.survival.log_rank import log_rank


def test_a_log_rank_test_by_hand():
    """Day 1: a of a, b expects 1/2. Day 2: 1 of 1 and 2, expects 1/3. Day 3: b alone."""
    found = log_rank([1, 2, 3, 4], [1, 1, 1, 0], ["a", "a", "b", "b"])
    assert (found.levels, found.n, found.observed) == (("a", "b"), (2, 2), (2, 1))
    assert found.expected == pytest.approx((1 / 2 + 1 / 3, 1 / 2 + 2 / 3 + 1))
    assert found.chisq == pytest.approx((2 - 5 / 6) ** 2 / (1 / 4 + 2 / 9))
    assert found.p == pytest.approx(math.erfc(math.sqrt(found.chisq / 2)))


def test_gray_is_the_log_rank_test_when_nobody_has_another_event_and_nobody_is_censored():
    """Two groups, distinct days: score and spread of the two tests are then asymptotically, not exactly, the same."""
    rng = np.random.default_rng(5)
    time, group = rng.permutation(2000), np.where(np.arange(2000) % 2, "a", "b")
    gray, log = gray_test(time, np.ones(2000), group)[1], log_rank(time, np.ones(2000), group)
    assert gray.df == log.df == 1
    assert gray.chisq == pytest.approx(log.chisq, rel=0.02)


def test_groups_that_are_never_at_risk_together_have_no_test():
    gray = gray_test([1, 2, 5, 6], [2, 0, 1, 1], ["a", "a", "b", "b"])
    assert (gray[1].chisq, gray[1].df, gray[1].p) == (None, 0, None)
    assert gray[2].df == 1
    log = log_rank([1, 2, 5, 6], [0, 0, 1, 1], ["a", "a", "b", "b"])
    assert (log.chisq, log.df, log.p, log.expected) == (None, 0, None, (0.0, 2.0))


def test_a_group_gone_before_the_first_event_lowers_the_degrees_of_freedom():
    time, status, group = [1, 1, 5, 6, 7, 8, 9], [0, 0, 1, 2, 1, 1, 0], ["z", "z", "a", "b", "b", "a", "b"]
    whole, without = gray_test(time, status, group), gray_test(time[2:], status[2:], group[2:])
    assert whole[1].df == 1
    assert whole[1].chisq == pytest.approx(without[1].chisq)
    assert log_rank(time, np.sign(status), group).df == 1


def test_strata_that_are_copies_double_what_each_of_them_tells():
    time, status, group = [1, 3, 4, 5, 6, 8], [1, 1, 2, 1, 0, 1], ["a", "b", "a", "b", "a", "b"]
    once = gray_test(time, status, group)[1]
    twice = gray_test(time * 2, status * 2, group * 2, strata=["x"] * 6 + ["y"] * 6)[1]
    assert twice.chisq == pytest.approx(2 * once.chisq)


@pytest.mark.parametrize("test", [gray_test, log_rank])
def test_a_test_needs_two_groups_and_an_event(test):
    for code, status, group in [("ONE_GROUP", [1, 1], ["a", "a"]), ("NO_EVENT", [0, 0], ["a", "b"])]:
        with pytest.raises(NotEstimable) as caught:
            test([1, 2], status, group)
        assert caught.value.code == code
        assert caught.value.advice
