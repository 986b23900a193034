"""Temperature, weight, height and what follows from them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from registry.rules.body import (
    TEMPERATURE_C,
    HeightUnit,
    TemperatureUnit,
    WeightUnit,
    bmi_kg_m2,
    bsa_mosteller_m2,
    height_cm,
    temperature_c,
    weight_kg,
)
from registry.rules.limits import Breach


@pytest.mark.parametrize(("fahrenheit", "celsius"), [("100.4", "38"), ("98.6", "37"), ("32", "0")])
def test_fahrenheit_becomes_celsius_exactly_at_the_fever_limit(fahrenheit: str, celsius: str) -> None:
    assert temperature_c(Decimal(fahrenheit), TemperatureUnit.FAHRENHEIT) == Decimal(celsius)


def test_pounds_and_inches_become_kg_and_cm() -> None:
    assert weight_kg(Decimal(150), WeightUnit.POUND) == Decimal("68.04")
    assert height_cm(Decimal(70), HeightUnit.INCH) == Decimal("177.8")


def test_canonical_units_stay_as_they_are() -> None:
    assert temperature_c(Decimal("38.1"), TemperatureUnit.CELSIUS) == Decimal("38.1")
    assert weight_kg(Decimal(70), WeightUnit.KILOGRAM) == 70
    assert height_cm(Decimal(170), HeightUnit.CENTIMETRE) == 170


def test_body_surface_is_that_of_mosteller() -> None:
    assert bsa_mosteller_m2(Decimal(80), Decimal(180)) == 2
    assert bsa_mosteller_m2(None, Decimal(180)) is None
    assert bsa_mosteller_m2(Decimal(80), None) is None


def test_body_mass_index_needs_weight_and_height() -> None:
    assert bmi_kg_m2(Decimal(80), Decimal(200)) == 20
    assert bmi_kg_m2(Decimal(80), None) is None
    assert bmi_kg_m2(None, Decimal(180)) is None


@pytest.mark.parametrize(
    ("value", "breach"), [("24.9", Breach.HARD), ("25", Breach.SOFT), ("34", None), ("45.1", "HARD")]
)
def test_a_temperature_beyond_life_is_refused(value: str, breach: str | None) -> None:
    assert TEMPERATURE_C.breach(Decimal(value)) == breach
