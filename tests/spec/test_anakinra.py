"""The dose of anakinra: per day, per kg, its class, and the weight it rests on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from registry.rules.anakinra import (
    COHORT_INTENTS,
    DAILY_MG_HARD_MAX,
    MG_PER_KG_DAY_HARD_MAX,
    MG_PER_KG_DAY_PUBLISHED_MAX,
    AnakinraRoute,
    DoseClass,
    Intent,
    WeighedOn,
    WeightChoice,
    WeightSource,
    choose_weight,
    daily_mg,
    dose_class,
    mg_per_kg_day,
    syringes,
)

IV, SC = AnakinraRoute.IV, AnakinraRoute.SC


@pytest.mark.parametrize(
    ("dose", "hours", "daily"),
    [
        ("100", 6, "400"),
        ("200", 8, "600"),
        ("100", 12, "200"),
        ("100", 24, "100"),
        ("100", 48, "50"),
        ("50", 1, "1200"),
        ("2400", 24, "2400"),
    ],
)
def test_a_daily_dose_is_the_dose_times_24_over_the_interval(dose: str, hours: int, daily: str) -> None:
    assert daily_mg(Decimal(dose), hours) == Decimal(daily)


def test_a_daily_dose_needs_dose_and_interval() -> None:
    assert daily_mg(None, 6) is None
    assert daily_mg(Decimal(100), None) is None


@pytest.mark.parametrize("hours", [0, -6])
def test_an_interval_of_no_hours_is_refused(hours: int) -> None:
    with pytest.raises(ValueError, match="more than 0"):
        daily_mg(Decimal(100), hours)


def test_a_dose_per_kg_needs_dose_and_weight() -> None:
    assert mg_per_kg_day(Decimal(600), Decimal(75)) == 8
    assert mg_per_kg_day(Decimal(600), None) is None
    assert mg_per_kg_day(None, Decimal(75)) is None


@pytest.mark.parametrize(
    ("daily", "route", "expected"),
    [
        ("99.9", IV, DoseClass.SUBTHRESHOLD),
        ("99.9", SC, DoseClass.SUBTHRESHOLD),
        ("100", IV, DoseClass.LOW),
        ("100", SC, DoseClass.LOW),
        ("200", IV, DoseClass.LOW),
        ("200", SC, DoseClass.LOW),
        ("200.1", IV, DoseClass.HIGH),
        ("200.1", SC, DoseClass.OTHER_SC_HIGH),
        ("2400", IV, DoseClass.HIGH),
        ("600", SC, DoseClass.OTHER_SC_HIGH),
        ("150", None, DoseClass.LOW),
        ("50", None, DoseClass.SUBTHRESHOLD),
        ("400", None, None),
        (None, IV, None),
    ],
)
def test_the_dose_class_follows_the_groups_of_the_study(
    daily: str | None, route: AnakinraRoute | None, expected: DoseClass | None
) -> None:
    assert dose_class(None if daily is None else Decimal(daily), route) == expected


START = date(2024, 3, 31)


@pytest.mark.parametrize(
    ("weighings", "lymphodepletion", "expected"),
    [
        ([(date(2024, 3, 31), 70)], 72, (70, WeightSource.ANAKINRA_START, date(2024, 3, 31))),
        ([(date(2024, 3, 10), 71), (date(2024, 3, 20), 70)], 72, (70, WeightSource.ANAKINRA_START, date(2024, 3, 20))),
        ([(date(2024, 3, 1), 71)], 72, (71, WeightSource.ANAKINRA_START, date(2024, 3, 1))),
        ([(date(2024, 2, 29), 71)], 72, (72, WeightSource.LYMPHODEPLETION, None)),
        ([(date(2024, 4, 1), 69)], 72, (72, WeightSource.LYMPHODEPLETION, None)),
        ([], 72, (72, WeightSource.LYMPHODEPLETION, None)),
        ([(date(2024, 4, 1), 69)], None, None),
    ],
)
def test_the_weight_is_the_closest_of_the_30_days_before_else_that_at_lymphodepletion(
    weighings: list[tuple[date, int]], lymphodepletion: int | None, expected: tuple[int, WeightSource, date] | None
) -> None:
    weighed = [WeighedOn(on, Decimal(kg)) for on, kg in weighings]
    fallback = None if lymphodepletion is None else Decimal(lymphodepletion)
    choice = None if expected is None else WeightChoice(Decimal(expected[0]), *expected[1:])
    assert choose_weight(weighed, START, fallback) == choice


@pytest.mark.parametrize(("mg", "count"), [("100", 1), ("100.1", 2), ("200", 2), ("50", 1), ("0", 0)])
def test_a_syringe_holds_100_mg(mg: str, count: int) -> None:
    assert syringes(Decimal(mg)) == count


def test_only_the_refractory_intents_make_the_cohort() -> None:
    assert set(Intent) - COHORT_INTENTS == {Intent.IEC_HS, Intent.PROPHYLAXIS, Intent.OTHER}


def test_the_ceilings_are_the_highest_doses_published() -> None:
    assert (MG_PER_KG_DAY_PUBLISHED_MAX, MG_PER_KG_DAY_HARD_MAX, DAILY_MG_HARD_MAX) == (12, 48, 3000)
