"""Temperature, weight and height: accepted units, limits, body surface, body mass index.

Canonical units are Cel, kg and cm. Limits are our own convention.
"""

from __future__ import annotations

from decimal import Decimal

from registry.rules.coding import Coded, gettext_noop
from registry.rules.limits import Limits


class TemperatureUnit(Coded):
    """Unit of a body temperature."""

    CELSIUS = "Cel", gettext_noop("°C")
    FAHRENHEIT = "degF", gettext_noop("°F")


class WeightUnit(Coded):
    """Unit of a body weight."""

    KILOGRAM = "kg", gettext_noop("kg")
    POUND = "lb", gettext_noop("lb")


class HeightUnit(Coded):
    """Unit of a body height."""

    CENTIMETRE = "cm", gettext_noop("cm")
    INCH = "in", gettext_noop("in")


TEMPERATURE_C = Limits.of(("25", "45"), ("34", "42"))
WEIGHT_KG = Limits.of(("2", "350"), ("30", "180"))
HEIGHT_CM = Limits.of(("40", "250"), ("130", "210"))
BMI_KG_M2_SOFT = (Decimal(12), Decimal(60))

KG_PER_LB = Decimal("0.4536")
CM_PER_INCH = Decimal("2.54")


def temperature_c(value: Decimal, unit: TemperatureUnit) -> Decimal:
    """Return a temperature in °C, unrounded."""
    return (value - 32) / Decimal("1.8") if unit == TemperatureUnit.FAHRENHEIT else value


def weight_kg(value: Decimal, unit: WeightUnit) -> Decimal:
    """Return a weight in kg, unrounded."""
    return value * KG_PER_LB if unit == WeightUnit.POUND else value


def height_cm(value: Decimal, unit: HeightUnit) -> Decimal:
    """Return a height in cm, unrounded."""
    return value * CM_PER_INCH if unit == HeightUnit.INCH else value


def bmi_kg_m2(weight_kg: Decimal | None, height_cm: Decimal | None) -> Decimal | None:
    """Return the body mass index in kg/m², or nothing when weight or height is missing."""
    if weight_kg is None or not height_cm:
        return None
    return weight_kg / (height_cm / 100) ** 2


def bsa_mosteller_m2(weight_kg: Decimal | None, height_cm: Decimal | None) -> Decimal | None:
    """Return the body surface in m² by Mosteller, the square root of cm x kg / 3600; nothing when one is missing."""
    if weight_kg is None or height_cm is None:
        return None
    return (height_cm * weight_kg / 3600).sqrt()
