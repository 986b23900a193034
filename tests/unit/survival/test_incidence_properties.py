"""What holds of the curves and tests of any people, and of another implementation of them."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.survival.cumulative_incidence import cumulative_incidence
from exports.survival.gray import gray_test
from exports.survival.kaplan_meier import kaplan_meier
from exports.survival.log_rank import log_rank

PEOPLE = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 3), st.sampled_from("abc"), st.integers(-3, 11)),
    min_size=1,
    max_size=40,
)


@settings(deadline=None, max_examples=80)
@given(PEOPLE, st.booleans())
def test_all_causes_and_survival_add_up_to_1_and_limits_lie_around(people, delayed):
    time, status, group, entry = (list(part) for part in zip(*people, strict=True))
    entry = [min(day, end - 1) for day, end in zip(entry, time, strict=True)] if delayed else None
    survival = kaplan_meier(time, np.sign(status), group=group, entry=entry)
    for label, found in cumulative_incidence(time, status, group=group, entry=entry).items():
        total = sum((curve.est for curve in found.causes.values()), survival[label].surv)
        assert total == pytest.approx(np.ones(found.times.size))
        for curve in found.causes.values():
            lower, upper = curve.limits
            known = ~np.isnan(lower)
            assert (np.diff(curve.est) >= 0).all()
            assert ((lower <= curve.est) & (curve.est <= upper))[known].all()
            assert (curve.var >= 0).all()


@settings(deadline=None, max_examples=60)
@given(PEOPLE, st.randoms(use_true_random=False))
def test_neither_the_order_of_people_nor_the_names_of_groups_matter(people, random):
    shuffled = random.sample(people, len(people))
    renamed = [(t, code, {"a": "z", "b": "m", "c": "d"}[label], day) for t, code, label, day in shuffled]
    assert curves(people) == curves(shuffled)
    assert list(curves(people).values()) == list(reversed(curves(renamed).values()))
    for found, again in zip(compared(people), compared(renamed), strict=True):
        assert again == (found if None in found else pytest.approx(found, rel=1e-6, abs=1e-9))


def curves(people):
    time, status, group, _ = zip(*people, strict=True)
    found = cumulative_incidence(time, status, group=group)
    return {label: [found[label].at(t, cause).est for t in range(13) for cause in (1, 2, 3)] for label in sorted(found)}


def compared(people):
    time, status, group, _ = zip(*people, strict=True)
    if len(set(group)) < 2 or not any(status):
        return []
    log = log_rank(time, np.sign(status), group)
    gray = gray_test(time, status, group)
    return [[test.chisq, test.df, test.p] for test in (log, *gray.values())]


def test_curves_equal_those_of_statsmodels():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight
    rng = np.random.default_rng(11)
    time, status = rng.integers(1, 60, 200).astype(float), rng.integers(0, 3, 200)
    found, other = cumulative_incidence(time, status)["all"], CumIncidenceRight(time, status)
    for cause in (1, 2):
        read = [found.at(t, cause).est for t in other.times]
        assert read == pytest.approx(other.cinc[cause - 1])
    survival, their = kaplan_meier(time, status > 0)["all"], SurvfuncRight(time, (status > 0).astype(int))
    assert [survival.at(t).surv for t in their.surv_times] == pytest.approx(their.surv_prob)
    inner = their.surv_prob > 0
    assert [survival.at(t).se for t in their.surv_times[inner]] == pytest.approx(their.surv_prob_se[inner])
