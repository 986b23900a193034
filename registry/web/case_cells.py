"""A value of the record as people read it: dates at their precision, numbers without idle zeros, codes in words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from registry.metadata import CodedVariable, DateVariable
from registry.metadata.fields import VariableField
from registry.metadata.units import shown_unit
from registry.rules.dates import PartialDate, Precision, day_number
from registry.rules.labs import ANALYTES, Analyte
from registry.rules.missing import MissingReason

# Where a unit differs from row to row, its declaration names what it follows in braces.
CANONICAL, AS_TYPED = "{canonical of analyte}", "{as typed}"


@dataclass(frozen=True)
class Cell:
    """One cell: its text, the unit where that is not the column's, the day from infusion, or why it is empty."""

    text: str = ""
    unit: str = ""
    day: str = ""
    missing: str = ""
    missing_words: str = ""
    is_number: bool = False


def cell_of(row: Model, field: VariableField, day_0: dt.date | None) -> Cell:
    """Return the cell of a row in the column of a field."""
    value = getattr(row, field.name)
    if value is None or value == "":
        return _absent(row.missing.get(field.name, ""))
    if isinstance(field, DateVariable):
        return Cell(_date(row, field, value), day=_day(row, field, value, day_0))
    if isinstance(field, CodedVariable):
        return Cell(str(getattr(row, f"get_{field.name}_display")()))
    return _plain(row, field, value)


def _absent(reason: str) -> Cell:
    known = reason in set(MissingReason)
    return Cell(missing=reason, missing_words=_(MissingReason(reason).label) if known else reason)


def _plain(row: Model, field: VariableField, value: Any) -> Cell:
    match value:
        case bool():
            return Cell(_("yes") if value else _("no"))
        case int() | Decimal():
            return Cell(number(value), unit=_own_unit(row, field), is_number=True)
        case dt.time():
            return Cell(f"{value:%H:%M}")
    return Cell(str(value))


def number(value: int | Decimal) -> str:
    """Return a number as the language writes it, without zeros that say nothing."""
    return number_format(Decimal(f"{Decimal(value).normalize():f}"))


def heading_unit(field: VariableField) -> str:
    """Return the unit of a column; none for pure numbers and where it differs from row to row."""
    unit = field.variable.unit if field.variable else ""
    return "" if unit.startswith("{") else shown_unit(unit)


def _own_unit(row: Model, field: VariableField) -> str:
    unit = field.variable.unit if field.variable else ""
    if unit == CANONICAL:
        return shown_unit(ANALYTES[Analyte(row.analyte)].unit)
    return shown_unit(row.unit or "") if unit == AS_TYPED else ""


def _precision(row: Model, field: DateVariable) -> Precision:
    return Precision(getattr(row, f"{field.name}_precision")) if field.partial else Precision.DAY


def _date(row: Model, field: DateVariable, value: dt.date) -> str:
    return str(PartialDate.of(value, _precision(row, field)))


def _day(row: Model, field: DateVariable, value: dt.date, day_0: dt.date | None) -> str:
    if day_0 is None or _precision(row, field) != Precision.DAY:
        return ""
    return f"{day_number(value, day_0):+d}".replace("+0", "0")
