"""A laboratory result in one box: "2400", "<5", "12 mg/dL", or a missing reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from registry.metadata import topic_named
from registry.metadata.units import shown_unit
from registry.rules.lab_units import LabUnit, read_unit
from registry.rules.labs import ANALYTES, Analyte, Comparator, UnitNotAllowed, allowed_units, to_canonical, unit_factor
from registry.rules.limits import Breach
from registry.web.entry.typed import Setting, reason_typed
from registry.web.entry.typed_numbers import (
    decimal_of,
    numbers,
    outside,
    refuse_unfit,
    spaced,
    without_thousands,
    written_number,
)

_RESULT = re.compile(r"(<=|>=|[<>≤≥]?)\s*([+−-]?[0-9][0-9.,'’]*|[.,][0-9]+)\s*(.*)")
_HUNDREDS = re.compile(r"([0-9]{3})(?![0-9])\s*(.*)")
_SIGNS = {
    "<": Comparator.LT,
    "≤": Comparator.LT,
    "<=": Comparator.LT,
    ">": Comparator.GT,
    "≥": Comparator.GT,
    ">=": Comparator.GT,
}
_WHOLE = re.compile(r"[+−-]?[0-9]{1,3}")
# Stands for the unit of a result that was recorded without one.
NO_UNIT = "?"


@dataclass(frozen=True)
class LabTyped:
    """What a text is read as: a value with its unit and, beyond the limit of an assay, `<` or `>`; or a reason.

    An error and a warning are sentences; the echo is the value in the unit of the registry where that differs.
    """

    value: Decimal | None = None
    comparator: str = ""
    unit: str = ""
    reason: str = ""
    error: str = ""
    warning: str = ""
    echo: str = ""


def read_lab(analyte: Analyte, text: str, unit: str, setting: Setting) -> LabTyped:
    """Return what a text means for an analyte, in `unit` (that of the column) where none is typed after the number."""
    text = " ".join(text.split())
    if not text:
        return LabTyped()
    if reason := reason_typed(text):
        return LabTyped(reason=reason)
    try:
        return _result(Analyte(analyte), text, unit)
    except ValidationError as refusal:
        return LabTyped(error=str(refusal.message))


def written_lab(value: Decimal | None, comparator: str, unit: str, reason: str, column_unit: str) -> str:
    """Return a text that `read_lab` turns back into the same; the unit is written where it is not the column's."""
    if value is None:
        return reason
    typed_unit = "" if unit and unit == column_unit else f" {shown_unit(unit) if unit else NO_UNIT}"
    return f"{comparator or ''}{written_number(value)}{typed_unit}"


def _result(analyte: Analyte, text: str, column_unit: str) -> LabTyped:
    found = _RESULT.fullmatch(text)
    if found is None:
        raise ValidationError(_asked(column_unit))
    sign, digits, words = found.groups()
    _refuse_hundreds(digits, words)
    number = decimal_of(digits)
    if number is None:
        raise ValidationError(_asked(column_unit))
    refuse_unfit(topic_named("lab").model._meta.get_field("value"), number)
    comparator = _SIGNS[sign].value if sign else ""
    if words == NO_UNIT:
        warning = _("The unit is not known, so that the result cannot be compared. Type the unit after the number.")
        return LabTyped(number, comparator, warning=warning)
    return _judged(analyte, number, comparator, sign, unit_typed(analyte, words or column_unit))


def unit_typed(analyte: Analyte, text: str) -> LabUnit:
    """Return the unit that a laboratory's spelling means for an analyte; ValidationError names those it may be in."""
    try:
        unit_factor(analyte, text)
    except UnitNotAllowed as refusal:
        shown = {"analyte": _(analyte.label), "unit": text, "allowed": ", ".join(map(shown_unit, refusal.allowed))}
        if not text:
            raise ValidationError(_("Type the unit after the number, one of: %(allowed)s.") % shown) from None
        words = _("%(analyte)s cannot be in “%(unit)s”. Type one of these after the number: %(allowed)s.")
        raise ValidationError(words % shown) from None
    unit = read_unit(text)
    # As in the rules: giga per litre is written like grams per litre.
    return unit if unit in allowed_units(analyte) else LabUnit.E9_L


def _refuse_hundreds(digits: str, words: str) -> None:
    """Refuse "1 200", and "45 103/µL", which is 45 thousand-and-three or 45 times 10³."""
    hundreds = _HUNDREDS.fullmatch(words) if _WHOLE.fullmatch(digits) else None
    if hundreds is None or (read_unit(words) and not read_unit(hundreds[2])):
        return
    if not read_unit(words):
        raise ValidationError(without_thousands())
    unit = read_unit(words)
    joined, typed = f"{digits}{hundreds[1]} {hundreds[2]}", f"{digits} {shown_unit(unit or '')}"
    words = _("%(text)s could be %(one)s or %(other)s. Type one of these.")
    raise ValidationError(words % {"text": f"{digits} {hundreds[0]}", "one": joined, "other": typed})


def _judged(analyte: Analyte, number: Decimal, comparator: str, sign: str, unit: LabUnit) -> LabTyped:
    rule = ANALYTES[analyte]
    canonical = to_canonical(analyte, number, unit)
    breach, shown = rule.limits.breach(canonical), _shown(canonical)
    if breach is Breach.HARD:
        raise ValidationError(_impossible(analyte, shown))
    low, high = rule.limits.soft_low, rule.limits.soft_high
    warning = outside(shown, low, high, rule.unit) if breach is Breach.SOFT else ""
    return LabTyped(
        number, comparator, unit.value, warning=warning, echo=_echo(comparator, sign, shown, unit, rule.unit)
    )


def _shown(canonical: Decimal) -> Decimal:
    """Return a converted value to as many decimals as the registry keeps of it."""
    places = topic_named("lab").model._meta.get_field("canonical_value").decimal_places
    return canonical.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _echo(comparator: str, sign: str, shown: Decimal, unit: LabUnit, canonical: LabUnit) -> str:
    # "At least" is kept as "above", and the person sees it.
    if unit == canonical and sign == comparator:
        return ""
    return f"{comparator or '='} {written_number(shown)}{spaced(canonical)}"


def _impossible(analyte: Analyte, shown: Decimal) -> str:
    limits, unit = ANALYTES[analyte].limits, spaced(ANALYTES[analyte].unit)
    words = _("%(value)s%(unit)s is not possible: type a result from %(low)s to %(high)s%(unit)s, and check its unit.")
    return words % {**numbers(value=shown, low=limits.hard_low, high=limits.hard_high), "unit": unit}


def _asked(unit: str) -> str:
    if not unit:
        return _("Type a number such as 2400 or <5 with its unit after it, or ND, UNK or NA.")
    words = _("Type a number such as 2400 or <5, with its unit after it where that is not %(unit)s, or ND, UNK or NA.")
    return words % {"unit": shown_unit(unit)}
