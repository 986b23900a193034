"""Treatment of toxicity: corticosteroids as dexamethasone, tocilizumab within its label."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from registry.rules.therapy import (
    STEROIDS,
    DoseUnit,
    TherapyDrug,
    TocilizumabFault,
    dexeq_mg,
    dexeq_mg_per_day,
    dose_in_mg,
    is_high_dose,
    is_tocilizumab_dose_high,
    tocilizumab_faults,
)


@pytest.mark.parametrize(
    ("drug", "mg", "dexamethasone"),
    [
        (TherapyDrug.DEXAMETHASONE, "10", "10"),
        (TherapyDrug.METHYLPREDNISOLONE, "1000", "187.5"),
        (TherapyDrug.PREDNISONE, "5", "0.75"),
        (TherapyDrug.HYDROCORTISONE, "20", "0.75"),
        (TherapyDrug.BETAMETHASONE, "0.6", "0.75"),
    ],
)
def test_a_corticosteroid_has_its_equivalent(drug: TherapyDrug, mg: str, dexamethasone: str) -> None:
    assert dexeq_mg(drug, Decimal(mg)) == Decimal(dexamethasone)


def test_ten_mg_of_dexamethasone_every_6_hours_are_40_a_day() -> None:
    assert dexeq_mg_per_day(TherapyDrug.DEXAMETHASONE, Decimal(10), 6) == 40
    assert dexeq_mg_per_day(TherapyDrug.DEXAMETHASONE, None, 6) is None


@pytest.mark.parametrize("drug", sorted(set(TherapyDrug) - STEROIDS))
def test_other_drugs_have_no_equivalent(drug: TherapyDrug) -> None:
    with pytest.raises(ValueError, match="not a systemic corticosteroid"):
        dexeq_mg(drug, Decimal(1))


@pytest.mark.parametrize(("mg", "is_high"), [("19.9", False), ("20", True), ("40", True), (None, None)])
def test_high_dose_begins_at_20_mg_a_day(mg: str | None, is_high: bool | None) -> None:
    assert is_high_dose(None if mg is None else Decimal(mg)) is is_high


def test_the_threshold_of_high_dose_can_be_set() -> None:
    assert is_high_dose(Decimal(20), threshold_mg_per_day=Decimal(40)) is False


@pytest.mark.parametrize(
    ("dose", "unit", "weight", "mg"),
    [
        ("8", DoseUnit.MG_PER_KG, "70", "560"),
        ("0.4", DoseUnit.G_PER_KG, "70", "28000"),
        ("1", DoseUnit.G, None, "1000"),
        ("10", DoseUnit.MG, None, "10"),
        ("8", DoseUnit.MG_PER_KG, None, None),
        ("500", DoseUnit.MG_PER_M2, "70", None),
        ("1", DoseUnit.SESSION, "70", None),
        (None, DoseUnit.MG, "70", None),
        ("1", None, "70", None),
    ],
)
def test_a_dose_is_brought_to_mg_where_that_means_something(
    dose: str | None, unit: DoseUnit | None, weight: str | None, mg: str | None
) -> None:
    number = [None if text is None else Decimal(text) for text in (dose, weight, mg)]
    assert dose_in_mg(number[0], unit, number[1]) == number[2]


@pytest.mark.parametrize(
    ("mg", "weight", "is_high"),
    [("800", "120", False), ("800.1", "120", True), ("595", "70", False), ("596", "70", True), ("600", None, False)],
)
def test_tocilizumab_is_high_above_800_mg_or_8_and_a_half_per_kg(mg: str, weight: str | None, is_high: bool) -> None:
    assert is_tocilizumab_dose_high(Decimal(mg), None if weight is None else Decimal(weight)) is is_high


@pytest.mark.parametrize(
    ("hours", "faults"),
    [
        ([], set()),
        ([0, 8, 16, 40], set()),
        ([0, 7.9], {TocilizumabFault.INTERVAL}),
        ([0, 8, 16, 24], set()),
        ([0, 8, 16, 23.5], {TocilizumabFault.INTERVAL, TocilizumabFault.DAY}),
        ([0, 24, 48, 72, 96], {TocilizumabFault.COUNT}),
        ([24, 0], set()),
    ],
)
def test_tocilizumab_is_given_4_times_at_most_8_hours_apart(hours: list[float], faults: set[TocilizumabFault]) -> None:
    start = datetime(2024, 3, 1, tzinfo=UTC)
    assert tocilizumab_faults(start + timedelta(hours=hour) for hour in hours) == faults
