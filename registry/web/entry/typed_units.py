"""A temperature, weight or height typed with a unit of its own: 101.3 F, 150 lb, 65 in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from typing import Any

from registry.metadata import DecimalVariable
from registry.rules.body import HeightUnit, TemperatureUnit, WeightUnit, height_cm, temperature_c, weight_kg
from registry.web.entry.typed_numbers import decimal_of, spaced, written_number

Convert = Callable[[Decimal], Decimal]


def _same(value: Decimal) -> Decimal:
    return value


_FAHRENHEIT: Convert = partial(temperature_c, unit=TemperatureUnit.FAHRENHEIT)
_POUNDS: Convert = partial(weight_kg, unit=WeightUnit.POUND)
_INCHES: Convert = partial(height_cm, unit=HeightUnit.INCH)
# Unit of the field -> what may stand after the number, in small letters -> how it becomes the unit of the field.
UNITS: Mapping[str, Mapping[str, Convert]] = {
    "Cel": {"c": _same, "°c": _same, "f": _FAHRENHEIT, "°f": _FAHRENHEIT},
    "kg": {"kg": _same, "lb": _POUNDS, "lbs": _POUNDS},
    "cm": {"cm": _same, "in": _INCHES, '"': _INCHES},
}
_WRITTEN = re.compile(r"(.*?[\d])\s*([^\d\s.,]{1,3})\.?")


def in_unit_of(field: Any, text: str) -> tuple[str, str] | None:
    """Return the text in the unit of the field, rounded to its decimals, and its echo ("= 38.5 °C").

    None where no unit is typed, or one that the field does not know: it is then judged as a number.
    """
    units = UNITS.get(field.variable.unit if field.variable else "", {})
    found = _WRITTEN.fullmatch(text)
    if not units or not isinstance(field, DecimalVariable) or found is None or found[2].casefold() not in units:
        return None
    value = decimal_of(found[1])
    if value is None:
        return None
    converted = units[found[2].casefold()](value)
    rounded = converted.quantize(Decimal(1).scaleb(-field.decimal_places), ROUND_HALF_UP)
    in_words = written_number(rounded)
    return in_words, f"= {in_words}{spaced(field.variable.unit)}"
