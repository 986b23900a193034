"""Rubin's rules with the degrees of freedom of Barnard and Rubin."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from exports.survival.errors import NotEstimable
from exports.survival.pooling import rubin

COEFS = [[0.4, -1.0], [0.5, -1.0], [0.6, -1.0]]
VARIANCES = [[0.04, 0.09], [0.05, 0.09], [0.06, 0.09]]


def test_variances_within_and_between_imputations_add_up() -> None:
    found = rubin(COEFS, VARIANCES, df_complete=40)
    assert found.coef == pytest.approx([0.5, -1])
    assert found.within == pytest.approx([0.05, 0.09])
    assert found.between == pytest.approx([0.01, 0])
    assert found.total == pytest.approx([0.05 + 4 / 3 * 0.01, 0.09])


def test_imputations_that_agree_leave_the_degrees_of_freedom_of_the_sample() -> None:
    found = rubin(COEFS, VARIANCES, df_complete=40)
    assert math.isinf(found.df_old[1])
    assert found.df[1] == pytest.approx(41 / 43 * 40)


def test_degrees_of_freedom_are_fewer_than_in_either_limit() -> None:
    found = rubin(COEFS, VARIANCES, df_complete=40)
    share = (4 / 3 * 0.01) / found.total[0]
    old, observed = 2 / share**2, 41 / 43 * 40 * (1 - share)
    assert found.df_old[0] == pytest.approx(old)
    assert found.df[0] == pytest.approx(old * observed / (old + observed))
    assert found.df[0] < min(old, observed)


def test_limits_and_p_are_those_of_the_t_distribution() -> None:
    row = rubin(COEFS, VARIANCES, df_complete=40).row(0)
    lower, upper = stats.t.interval(0.95, row.df, loc=row.coef, scale=row.se)
    assert (row.lower, row.hr, row.upper) == pytest.approx((math.exp(lower), math.exp(0.5), math.exp(upper)))
    assert row.p == pytest.approx(2 * stats.t.sf(row.coef / row.se, row.df))


def test_covariance_matrices_do_as_well_as_variances() -> None:
    matrices = [np.diag(row) + 0.001 for row in VARIANCES]
    plain = np.array(VARIANCES) + 0.001
    assert rubin(COEFS, matrices, df_complete=40).total == pytest.approx(rubin(COEFS, plain, df_complete=40).total)


def test_missing_information_is_none_if_imputations_agree_and_grows_as_they_differ() -> None:
    wide = rubin([[0.1], [0.9], [1.4]], [[0.05]] * 3, df_complete=1e6).missing_information[0]
    near = rubin([[0.4], [0.5], [0.6]], [[0.05]] * 3, df_complete=1e6).missing_information[0]
    none = rubin([[0.5]] * 3, [[0.05]] * 3, df_complete=1e9).missing_information[0]
    assert none == pytest.approx(0, abs=1e-8)
    assert none < near < wide < 1


@pytest.mark.parametrize(
    ("coefs", "variances", "df", "code"),
    [
        (COEFS[:1], VARIANCES[:1], 40, "TOO_FEW"),
        (COEFS, VARIANCES, 0, "TOO_FEW"),
        (COEFS, VARIANCES, math.inf, "TOO_FEW"),
        (COEFS, VARIANCES[:2], 40, "BAD_INPUT"),
        ([[math.nan], [1]], [[1], [1]], 40, "BAD_INPUT"),
        ([[1], [1]], [[0], [1]], 40, "BAD_INPUT"),
    ],
)
def test_what_cannot_be_pooled_is_refused(coefs: list[object], variances: list[object], df: float, code: str) -> None:
    with pytest.raises(NotEstimable) as refused:
        rubin(coefs, variances, df_complete=df)
    assert refused.value.code == code
