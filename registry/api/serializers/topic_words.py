"""What may be sent for a declared variable, in a sentence: it describes the member, and is the remedy of an error."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.translation import gettext as _

from registry.metadata import (
    CodedVariable,
    DateVariable,
    DecimalVariable,
    FlagVariable,
    IntegerVariable,
    ReferenceVariable,
    TimeVariable,
)
from registry.metadata.fields import VariableField
from registry.metadata.units import shown_unit


def _wanted(declared: VariableField) -> str:
    note = str(declared.help_text or "").rstrip(".")
    emptied = _("Null empties it.") if declared.null else ""
    return " ".join(filter(None, [f"{note}." if note else "", _sentence(declared), emptied]))


wanted: Any = lazy(_wanted, str)


def _sentence(declared: VariableField) -> str:
    match declared:
        case IntegerVariable() | DecimalVariable():
            return _number(declared)
        case FlagVariable():
            return _("Send true or false.")
        case CodedVariable() if declared.coding is not None:
            return _("Use one of: %(values)s.") % {
                "values": ", ".join(code for code, _label in declared.coding.choices())
            }
        case DateVariable():
            return _day(declared)
        case TimeVariable():
            return _("Send a time on the 24-hour clock as 14:30.")
        case ReferenceVariable():
            listed = declared.related_model._meta.verbose_name
            return _("Send a code of the reference list “%(list)s”.") % {"list": listed}
    return _words(declared)


def _number(declared: Any) -> str:
    limits, unit = declared.variable.limits, declared.variable.unit
    shown = "" if unit.startswith("{") else shown_unit(unit)
    told = {"unit": f" {shown}" if shown else "", "places": getattr(declared, "decimal_places", 0)}
    told |= {"low": _plain(limits[0]), "high": _plain(limits[1])} if limits else {}
    if isinstance(declared, IntegerVariable):
        return (
            _("Send a whole number from %(low)s to %(high)s%(unit)s.") if limits else _("Send a whole number.")
        ) % told
    if limits:
        return _("Send a number from %(low)s to %(high)s%(unit)s, with at most %(places)s decimals.") % told
    return _("Send a number with at most %(places)s decimals.") % told


def _day(declared: DateVariable) -> str:
    if declared.partial:
        return _("Send a day as 2021-03-05, or what is known of it: 2021-03 or 2021.")
    return _("Send a day as 2021-03-05.")


def _words(declared: VariableField) -> str:
    if declared.name == "study_id":
        return _("Send a study id: up to 20 letters, digits, hyphens or underscores.")
    return _("Send text of at most %(most)s characters. No names of patients.") % {"most": declared.max_length}


def _plain(value: Decimal | int) -> str:
    return f"{Decimal(value):f}"


def refused_words(refused: ValidationError) -> list[str]:
    """Return the words of each error; those of the registry are whole, and may hold the percent sign of a unit."""
    return [_filled(error.message, error.params) for error in refused.error_list]


def _filled(words: Any, params: Any) -> str:
    try:
        # Filled in as it is: words that depend on a number are none before they know it.
        return str(words % params) if params else str(words)
    except (KeyError, TypeError, ValueError):
        return str(words)
