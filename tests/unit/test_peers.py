"""Figures of one hospital beside those of all: quartiles on a grid, none where few contribute, better or worse."""

from __future__ import annotations

import pytest

from registry.selectors.peers import Beside, Quartiles, Scale, beside, on_grid, quartiles_of

P, D, R = Scale.PERCENT, Scale.DAYS, Scale.PER_1000


@pytest.mark.parametrize(
    ("values", "scale", "least", "expected"),
    [
        ([10, 20, 30, 40, 50], P, 5, Quartiles(20, 30, 40)),
        ([10, 20, 30, 40], P, 5, None),
        ([], P, 5, None),
        ([1, 2, 3, 4, 5, 6], P, 6, Quartiles(0, 5, 5)),
        ([50, 10, 40, 20, 30], P, 5, Quartiles(20, 30, 40)),
        ([1.4, 2.6, 3.4, 8.5, 9.9], D, 5, Quartiles(2.5, 3.5, 8)),
        ([0, 0, 0, 0, 0], R, 5, Quartiles(0, 0, 0)),
        ([97, 98, 99, 99, 100], P, 5, Quartiles(100, 100, 100)),
        ([7], D, 1, None),
    ],
)
def test_quartiles(values, scale, least, expected) -> None:
    assert quartiles_of(values, scale, least=least) == expected


@pytest.mark.parametrize(
    ("value", "scale", "expected"),
    [
        (92.4, P, 90), (92.6, P, 95), (99, P, 100), (0.2, D, 0), (1.3, R, 1.5), (4.6, D, 4.5), (7.5, D, 8),
        (19.4, D, 19), (21, D, 20), (24, R, 25),
        (199, D, 200), (533, D, 550), (-3.2, D, -3), (-60, D, -60),
    ],
)  # fmt: skip
def test_grid(value, scale, expected) -> None:
    assert on_grid(value, scale) == expected


@pytest.mark.parametrize(
    ("value", "is_higher_better", "expected"),
    [
        (90, True, Beside.BETTER),
        (90, False, Beside.WORSE),
        (10, True, Beside.WORSE),
        (10, False, Beside.BETTER),
        (40, True, Beside.LIKE_MOST),
        (82, True, Beside.LIKE_MOST),  # on the grid it is the upper quartile itself
        (38, True, Beside.LIKE_MOST),
        (37, True, Beside.WORSE),
    ],
)
def test_beside(value, is_higher_better, expected) -> None:
    assert beside(value, Quartiles(40, 60, 80), P, is_higher_better=is_higher_better) is expected
