"""Agreement of two grades: what publications and other programs give for their examples, and what is not stated."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from registry.rules.agreement import Agreement, Estimate, NoAgreement, agreement_of


def estimate(value: str, error: str, low: str, high: str) -> Estimate:
    return Estimate(Decimal(value), Decimal(error), Decimal(low), Decimal(high))


# Table, then kappa and linearly weighted kappa: value, standard error, 95 % interval.
PUBLISHED = {
    # Fleiss 1981, Statistical methods for rates and proportions, p. 213; printed by SAS PROC FREQ.
    "Fleiss 1981": (
        [[75, 1, 4], [5, 4, 1], [0, 0, 10]],
        estimate("0.6765", "0.0877", "0.5046", "0.8484"),
        estimate("0.7222", "0.0843", "0.5570", "0.8874"),
    ),
    # Example of the SAS manual, two dermatologists.
    "SAS manual": (
        [[10, 4, 1, 0], [5, 10, 12, 2], [2, 4, 12, 5], [0, 2, 6, 13]],
        estimate("0.3449", "0.0724", "0.2030", "0.4868"),
        estimate("0.5082", "0.0655", "0.3798", "0.6366"),
    ),
    # SAS output that statsmodels is tested against; one grade is never given first.
    "SAS, an empty column": (
        [[0, 4, 1], [0, 8, 0], [0, 1, 5]],
        estimate("0.4842", "0.1380", "0.2137", "0.7547"),
        estimate("0.4701", "0.1457", "0.1845", "0.7558"),
    ),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_it_gives_what_is_published(name: str) -> None:
    table, kappa, weighted = PUBLISHED[name]
    found = agreement_of(table)
    assert (found.kappa, found.weighted, found.why_no_kappa) == (kappa, weighted, None)


@pytest.mark.parametrize(
    ("table", "proportion", "kappa"),
    [
        # Cohen 1968 (DOI 10.1037/h0026256), 200 cases; Fleiss, Cohen and Everitt 1969 (DOI 10.1037/h0028106).
        ([[88, 14, 18], [10, 40, 10], [2, 6, 12]], "0.7000", "0.49"),
        ([[106, 10, 4], [22, 28, 10], [2, 12, 6]], "0.7000", "0.43"),
        # Two grades, by hand: 35 of 50 equal, half expected by chance.
        ([[20, 5], [10, 15]], "0.7000", "0.40"),
    ],
)
def test_kappa_is_cohens(table: list[list[int]], proportion: str, kappa: str) -> None:
    found = agreement_of(table)
    assert found.proportion == Decimal(proportion)
    assert found.kappa is not None
    assert round(found.kappa.value, 2) == Decimal(kappa)


NOT_STATED = [
    ("no pairs", [[0, 0], [0, 0]], Agreement(0, 0, why_no_kappa=NoAgreement.NO_PAIRS)),
    ("no grades at all", [], Agreement(0, 0, why_no_kappa=NoAgreement.NO_PAIRS)),
    ("one grade alone", [[0, 0], [0, 7]], Agreement(7, 7, Decimal(1), why_no_kappa=NoAgreement.ONE_GRADE)),
    ("a scale of one grade", [[4]], Agreement(4, 4, Decimal(1), why_no_kappa=NoAgreement.ONE_GRADE)),
]


@pytest.mark.parametrize(("name", "table", "stated"), NOT_STATED, ids=[name for name, *_ in NOT_STATED])
def test_no_kappa_is_stated_where_there_is_none(name: str, table: list[list[int]], stated: Agreement) -> None:
    assert agreement_of(table) == stated


@pytest.mark.parametrize(
    ("table", "value"),
    [([[5, 0], [0, 3]], 1), ([[0, 2], [2, 0]], -1), ([[3, 2], [0, 0]], 0)],
    ids=["all equal", "never equal", "one side says one grade"],
)
def test_no_interval_is_stated_where_the_pairs_have_no_spread(table: list[list[int]], value: int) -> None:
    stated = Estimate(Decimal(value), why_no_interval=NoAgreement.NO_SPREAD)
    assert agreement_of(table).kappa == agreement_of(table).weighted == stated


def test_an_interval_ends_at_1() -> None:
    found = agreement_of([[20, 1], [0, 20]]).kappa
    assert found is not None
    assert found.high == 1


@pytest.mark.parametrize("table", [[[1, 2]], [[1], [2]], [[1, -1], [0, 2]]])
def test_a_table_that_is_none_is_refused(table: list[list[int]]) -> None:
    with pytest.raises(ValueError):
        agreement_of(table)


tables = st.integers(2, 6).flatmap(
    lambda size: st.lists(st.lists(st.integers(0, 40), min_size=size, max_size=size), min_size=size, max_size=size)
)


def _stated(table: list[list[int]]) -> tuple[Estimate, Estimate]:
    found = agreement_of(table)
    assume(found.kappa is not None)
    assert found.kappa is not None
    assert found.weighted is not None
    return found.kappa, found.weighted


@given(tables)
def test_every_kappa_lies_in_its_interval_between_minus_1_and_1(table: list[list[int]]) -> None:
    for found in _stated(table):
        assert -1 <= found.value <= 1
        if found.low is not None and found.high is not None:
            assert -1 <= found.low <= found.value <= found.high <= 1


@given(tables)
def test_it_does_not_matter_which_grade_comes_first(table: list[list[int]]) -> None:
    turned = [list(column) for column in zip(*table, strict=True)]
    assert agreement_of(table) == agreement_of(turned)


@given(tables, st.integers(0, 6))
def test_a_grade_that_nobody_gives_changes_nothing(table: list[list[int]], place: int) -> None:
    """At either end of the scale, so that the distances of the others stay."""
    end = 0 if place % 2 else len(table)
    wider = [[*row[:end], 0, *row[end:]] for row in table]
    wider.insert(end, [0] * (len(table) + 1))
    assert _stated(table) == _stated(wider)


@given(st.lists(st.lists(st.integers(0, 40), min_size=2, max_size=2), min_size=2, max_size=2))
def test_of_two_grades_the_weights_say_no_more(table: list[list[int]]) -> None:
    kappa, weighted = _stated(table)
    assert kappa == weighted
