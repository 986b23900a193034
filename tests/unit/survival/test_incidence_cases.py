"""Cumulative incidence, survival and follow-up on cases that can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from exports.survival.cumulative_incidence import cumulative_incidence
from exports.survival.kaplan_meier import Median, kaplan_meier, reverse_kaplan_meier


def test_ten_people_with_two_causes_and_one_censored():
    """At risk 10, 8, 7: 1/10 at day 2; then 9/10 * 1/8 of the other cause; then 9/10 * 7/8 * 2/7."""
    time, status = [2, 2, 3, 5, 5, 9, 9, 9, 9, 9], [1, 0, 2, 1, 1, 0, 0, 0, 0, 0]
    found = cumulative_incidence(time, status)["all"]
    assert (found.n, found.last, found.times.tolist(), found.at_risk.tolist()) == (10, 9.0, [2, 3, 5, 9], [10, 8, 7, 5])
    assert found.causes[1].est == pytest.approx([0.1, 0.1, 0.325, 0.325])
    assert found.causes[2].est == pytest.approx([0, 0.1125, 0.1125, 0.1125])


def test_without_censoring_and_ties_the_variance_is_the_binomial_with_n_less_1():
    found = cumulative_incidence(range(1, 11), [1, 2] * 5)["all"]
    assert [found.at(t).est for t in (1, 5, 9)] == pytest.approx([0.1, 0.3, 0.5])
    assert found.at(1).var == pytest.approx(0.1 * 0.1)
    truncated = cumulative_incidence(range(1, 11), [1, 2] * 5, entry=[0] * 10)["all"]
    assert [truncated.at(t).var for t in (1, 5, 9)] == pytest.approx([0.1 * 0.9 / 10, 0.3 * 0.7 / 10, 0.5 * 0.5 / 10])


def test_the_published_interval_of_3_deaths_among_43():
    read = cumulative_incidence([5, 9, 20] + [60] * 40, [1, 1, 1] + [0] * 40)["all"].at(28)
    assert [round(100 * part, 2) for part in (read.est, read.ci_lower, read.ci_upper)] == [6.98, 1.77, 17.23]
    assert (read.n_at_risk, read.n_events) == (40, 3)


def test_a_day_includes_the_events_of_that_day_and_its_risk_set_is_just_before():
    found = cumulative_incidence([28, 28, 29], [1, 2, 1])["all"]
    assert (found.at(27.9).n_events, found.at(28).n_events, found.at(28).n_at_risk) == (0, 1, 3)
    assert (found.at(28).est, found.at(28, cause=2).est) == pytest.approx((1 / 3, 1 / 3))


def test_events_at_day_0_count():
    assert cumulative_incidence([0, 4, 4, 4], [1, 0, 0, 0])["all"].at(0).est == 0.25
    assert kaplan_meier([0, 4, 4, 4], [1, 0, 0, 0])["all"].at(0).surv == 0.75


def test_events_come_before_censorings_of_the_same_day():
    assert kaplan_meier([5, 5], [1, 0])["all"].surv.tolist() == [0.5]
    assert cumulative_incidence([5, 5], [0, 1])["all"].causes[1].est.tolist() == [0.5]


def test_when_everybody_had_an_event_nothing_is_divided_by_zero():
    found = cumulative_incidence([1, 2, 3, 4], [1, 2, 1, 1])["all"]
    assert (found.at(4).est, found.at(4, 2).est) == pytest.approx((0.75, 0.25))
    assert np.isfinite([found.causes[1].var, found.causes[2].var]).all()
    alone = cumulative_incidence([3, 3], [1, 1])["all"].at(3)
    assert (alone.est, alone.ci_lower, alone.ci_upper) == (1.0, None, None)
    end = kaplan_meier([1, 2], [1, 1])["all"].at(2)
    assert (end.surv, end.se, end.ci_lower, end.ci_upper) == (0.0, None, None, None)


def test_a_sum_of_thirds_is_a_whole():
    found = cumulative_incidence([1, 2, 3, 4, 5, 6], [1] * 6)["all"]
    assert (found.at(6).est, found.at(6).ci_upper, found.time_to_half()) == (1.0, None, 3.0)


def test_nothing_is_carried_beyond_the_last_follow_up_of_a_group():
    found = cumulative_incidence([3, 8, 9, 20], [1, 0, 1, 0], group=["a", "a", "b", "b"])
    late = found["a"].at(9)
    assert (late.n_at_risk, late.n_events) == (0, 1)
    assert (late.est, late.var, late.se, late.ci_lower, late.ci_upper) == (None,) * 5
    assert found["b"].at(9).est == 0.5
    assert kaplan_meier([3, 8], [1, 0])["all"].at(9).surv is None


def test_a_group_without_the_event_has_0_without_an_interval():
    found = cumulative_incidence([3, 8, 9, 20], [1, 0, 2, 0], group=["a", "a", "b", "b"])["b"]
    read = found.at(9)
    assert (read.n_events, read.est, read.var, read.ci_lower, read.ci_upper) == (0, 0.0, 0.0, None, None)
    assert (found.time_to_half(), found.median_interval()) == (None, (None, None))
    nobody = cumulative_incidence([3, 8], [0, 0])["all"].at(5, cause=2)
    assert (nobody.n_at_risk, nobody.n_events, nobody.est) == (1, 0, 0.0)


def test_before_anybody_left_nothing_happened():
    read = cumulative_incidence([5, 6], [1, 1])["all"].at(4)
    assert (read.n_at_risk, read.n_events, read.est, read.se, read.ci_lower) == (2, 0, 0.0, 0.0, None)


def test_the_interval_of_the_time_to_half_is_where_the_limits_cross_it():
    found = cumulative_incidence(range(1, 31), [1] * 30)["all"]
    lower, upper = found.median_interval()
    assert found.time_to_half() == 15.0
    assert found.at(lower - 1).ci_upper < 0.5 <= found.at(lower).ci_upper
    assert found.at(upper - 1).ci_lower < 0.5 <= found.at(upper).ci_lower


def test_with_delayed_entry_a_person_counts_after_the_day_of_entry():
    found = kaplan_meier([2, 5, 9], [1, 1, 1], entry=[0, 2, 1])["all"]
    assert found.at_risk.tolist() == [2, 2, 1]
    assert found.surv == pytest.approx([0.5, 0.25, 0])
    assert [found.at(t).n_at_risk for t in (0, 1, 2, 3, 6)] == [0, 1, 2, 2, 1]


def test_a_median_on_a_stretch_at_a_half_is_its_middle():
    assert kaplan_meier([1, 2, 3, 4], [1, 1, 1, 1])["all"].median().median == 2.5
    assert kaplan_meier([1, 2, 3, 8], [1, 1, 0, 0])["all"].median().median == 5.0
    assert kaplan_meier([1, 2, 3], [1, 1, 1])["all"].median().median == 2.0
    assert kaplan_meier([1, 2, 3], [0, 0, 1])["all"].median().median == 3.0
    assert kaplan_meier([1, 2, 3], [1, 0, 0])["all"].median() == Median(None, 1.0, None)


def test_follow_up_is_survival_with_event_and_censoring_exchanged():
    time, event = [1, 4, 4, 7, 9], [1, 0, 1, 0, 0]
    reverse = reverse_kaplan_meier(time, event)["all"]
    assert reverse.surv.tolist() == kaplan_meier(time, [0, 1, 0, 1, 1])["all"].surv.tolist()
    assert (reverse.n_events, reverse.median().median) == (3, 7.0)
