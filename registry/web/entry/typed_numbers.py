"""Numbers as people type them, with a comma or a point; where that could be thousands or decimals, it is refused."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.formats import get_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registry.metadata import DecimalVariable, IntegerVariable
from registry.metadata.units import shown_unit

LONGEST = 40
_NUMBER = re.compile(r"([+-]?)([0-9]*)(?:[.,]([0-9]+))?")
_TWO_READINGS = re.compile(r"([+-]?[1-9][0-9]{0,2})[.,]([0-9]{3})")
_GROUPED = re.compile(r"[+-]?[0-9]+(?:[.,'’\s][0-9]+)+")


def read_number(field: IntegerVariable | DecimalVariable, text: str) -> tuple[int | Decimal, str]:
    """Return (number, warning) of a text; ValidationError says what to type."""
    value = decimal_of(text)
    if value is None or (isinstance(field, IntegerVariable) and value != int(value)):
        raise ValidationError(_asked(field))
    number = int(value) if isinstance(field, IntegerVariable) else value
    refuse_unfit(field, number)
    return number, _implausible(field, number)


def written_number(value: int | Decimal) -> str:
    """Return a number in the decimal mark of the language, without separators of thousands and idle zeros.

    A number that would read as thousands gets one idle zero: 1.234 is written 1.2340.
    """
    whole, _point, places = f"{Decimal(value):f}".partition(".")
    places = places.rstrip("0")
    text = f"{whole}.{places}" if places else whole
    if _TWO_READINGS.fullmatch(text):
        text += "0"
    return text.replace(".", get_format("DECIMAL_SEPARATOR"))


def decimal_of(text: str) -> Decimal | None:
    """Return the exact number of a text, None where it is no number; ValidationError where it has two readings."""
    text = text.strip().replace("−", "-")
    if len(text) > LONGEST:
        return None
    if found := _TWO_READINGS.fullmatch(text):
        raise ValidationError(_two_readings(text, found))
    found = _NUMBER.fullmatch(text)
    if found and (found[2] or found[3]):
        return _exact(found[1], found[2], found[3] or "")
    if _GROUPED.fullmatch(text):
        raise ValidationError(without_thousands())
    return None


def without_thousands() -> str:
    """Return the sentence that asks for a number without separators of thousands."""
    examples = {"whole": "1200", "places": written_number(Decimal("1.5"))}
    words = _(
        "Type the number without separators of thousands and without spaces, for example %(whole)s or %(places)s."
    )
    return words % examples


def refuse_unfit(field: Any, number: int | Decimal) -> None:
    """Raise ValidationError, in words, for a number that the column of a field does not hold."""
    for validator in field.validators:
        try:
            validator(number)
        except ValidationError as error:
            raise ValidationError(_unfit(field, str(error.code))) from None


def outside(value: Decimal | int, low: Decimal | int, high: Decimal | int, unit: str) -> str:
    """Return the sentence on a value outside what is expected."""
    words = _("%(value)s%(unit)s is outside %(low)s to %(high)s%(unit)s. Check it; it is saved all the same.")
    return words % {**numbers(value=value, low=low, high=high), "unit": spaced(unit)}


def numbers(**values: Decimal | int) -> dict[str, str]:
    """Return numbers as they are written in a sentence."""
    return {name: written_number(value) for name, value in values.items()}


def spaced(unit: str) -> str:
    """Return a UCUM unit as it follows a number; nothing for pure numbers and where it differs from row to row."""
    shown = "" if unit.startswith("{") else shown_unit(unit)
    return f" {shown}" if shown else ""


def _exact(sign: str, whole: str, places: str) -> Decimal:
    # Zeros go by text: arithmetic would round a very long number.
    places = places.rstrip("0")
    number = Decimal(f"{whole.lstrip('0') or '0'}.{places}" if places else whole.lstrip("0") or "0")
    return -number if sign == "-" and number else number


def _two_readings(text: str, found: re.Match[str]) -> str:
    thousands, decimals = Decimal(found[1] + found[2]), Decimal(f"{found[1]}.{found[2]}")
    words = _(
        "%(text)s could be %(thousands)s or %(decimals)s. Type %(thousands)s for the one, %(decimals)s for the other."
    )
    return words % {"text": text, **numbers(thousands=thousands, decimals=decimals)}


def _asked(field: IntegerVariable | DecimalVariable) -> str:
    variable = field.variable
    if variable is None or variable.limits is None:
        return _asked_freely(field)
    low, high = variable.limits
    shown = {**numbers(low=low, high=high), "unit": spaced(variable.unit)}
    if isinstance(field, IntegerVariable):
        if field.null:
            return _("Type a whole number from %(low)s to %(high)s%(unit)s, or ND, UNK or NA.") % shown
        return _("Type a whole number from %(low)s to %(high)s%(unit)s.") % shown
    if field.null:
        return _("Type a number from %(low)s to %(high)s%(unit)s, or ND, UNK or NA.") % shown
    return _("Type a number from %(low)s to %(high)s%(unit)s.") % shown


def _asked_freely(field: IntegerVariable | DecimalVariable) -> str:
    if isinstance(field, IntegerVariable):
        return _("Type a whole number, or ND, UNK or NA.") if field.null else _("Type a whole number.")
    return _("Type a number, or ND, UNK or NA.") if field.null else _("Type a number.")


def _unfit(field: Any, code: str) -> str:
    if code == "max_decimal_places":
        places = field.decimal_places
        words = ngettext("Type at most %(places)s decimal here.", "Type at most %(places)s decimals here.", places)
        return words % {"places": places}
    if code in {"max_digits", "max_whole_digits"}:
        words = _("Type at most %(digits)s digits before the decimals.")
        return words % {"digits": field.max_digits - field.decimal_places}
    return _asked(field)


def _implausible(field: IntegerVariable | DecimalVariable, number: int | Decimal) -> str:
    if field.variable is None or field.variable.plausible is None:
        return ""
    low, high = field.variable.plausible
    return "" if low <= number <= high else outside(number, low, high, field.variable.unit)
