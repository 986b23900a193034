"""The columns of a file: one django-import-export Field per declared variable, and its reader with a memory.

Files repeat themselves: 100,000 results have 17 analytes and a few thousand days. Each text is converted and checked
once and remembered; the memory is bounded, so it does not grow with the file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from import_export.fields import Field

from registry.intake.widgets import (
    CellError,
    CodeCell,
    DateCell,
    DecimalCell,
    FlagCell,
    IntegerCell,
    TextCell,
    TimeCell,
)
from registry.metadata import (
    CodedVariable,
    DateVariable,
    DecimalVariable,
    FlagVariable,
    IntegerVariable,
    ReferenceVariable,
    TimeVariable,
    Topic,
)
from registry.metadata.fields import VariableField
from registry.rules.missing import MissingReason
from registry.services.staging import file_fields

REMEMBERED = 20_000
REASONS = MissingReason.codes()


class Cell:
    """What the text of a cell turned out to be: database text (with its precision), a missing reason, or an error."""

    __slots__ = ("error", "precision", "reason", "value")

    def __init__(self, value: Any = None, precision: Any = None, reason: Any = None, error: Any = None) -> None:
        self.value, self.precision, self.reason, self.error = value, precision, reason, error


BLANK = Cell()


class Column:
    """One column of a file."""

    def __init__(self, name: str, field: VariableField, *, is_key: bool, comma: bool) -> None:
        self.name, self.field, self.is_key = name, field, is_key
        self.importer = Field(attribute=name, column_name=name, widget=_widget(field, comma))
        self.is_partial = isinstance(field, DateVariable) and field.partial
        self._known: dict[str, Cell] = {}

    def read(self, text: str) -> Cell:
        """Return what a cell holds; the same text gives the same answer from memory."""
        try:
            return self._known[text]
        except KeyError:
            pass
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[text] = cell = self._judge(text.strip())
        return cell

    def _judge(self, text: str) -> Cell:
        if not text:
            return Cell(error=CellError("key_empty")) if self.is_key and not self.field.null else BLANK
        if text in REASONS and not self._is_value(text):
            return self._missing(text)
        try:
            return self._converted(text)
        except CellError as error:
            return Cell(error=error)

    def _is_value(self, text: str) -> bool:
        return isinstance(self.field, CodedVariable) and text in (
            self.field.coding.codes() if self.field.coding else ()
        )

    def _missing(self, reason: str) -> Cell:
        if self.is_key:
            return Cell(error=CellError("key_missing_code", text=reason))
        return Cell(reason=reason) if self.field.null else Cell(error=CellError("missing_not_allowed", text=reason))

    def _converted(self, text: str) -> Cell:
        value = self.importer.clean({self.name: text})
        precision = None
        if isinstance(self.field, DateVariable):
            value, precision = value
        _validate(self.field, value)
        return Cell(_database_text(value), precision.value if precision and self.is_partial else None)


def file_columns(topic: Topic, *, comma: bool) -> dict[str, Column]:
    """Return name -> column of a topic's file in the order of its template."""
    keys = set(topic.key_columns)
    return {name: Column(name, field, is_key=name in keys, comma=comma) for name, field in file_fields(topic).items()}


def _widget(field: VariableField, comma: bool) -> Any:
    if isinstance(field, DateVariable):
        return DateCell(partial=field.partial)
    if isinstance(field, DecimalVariable):
        return DecimalCell(comma=comma)
    if isinstance(field, CodedVariable):
        return CodeCell(code for code, _label in field.coding.choices()) if field.coding else TextCell()
    if isinstance(field, ReferenceVariable):
        # Read now: while rows are on their way into the database, the connection can answer no question.
        return CodeCell(map(str, field.related_model._default_manager.order_by("pk").values_list("pk", flat=True)))
    plain: Mapping[type[VariableField], Any] = {
        IntegerVariable: IntegerCell,
        FlagVariable: FlagCell,
        TimeVariable: TimeCell,
    }
    return next((widget for kind, widget in plain.items() if isinstance(field, kind)), TextCell)()


def _database_text(value: Any) -> str:
    if isinstance(value, bool):
        return "t" if value else "f"
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


def _validate(field: VariableField, value: Any) -> None:
    """Run the validators of the declared field and say their refusal in words."""
    for validator in field.validators:
        try:
            validator(value)
        except ValidationError as error:
            raise _in_words(field, value, str(error.code)) from None


def _in_words(field: Any, value: Any, code: str) -> CellError:
    limits = field.variable.limits
    if limits and code in {"min_value", "max_value"}:
        unit = field.variable.unit
        shown = "" if unit in {"", "1"} or unit.startswith("{") else f" {unit}"
        return CellError("limits", low=str(limits[0]), high=str(limits[1]), unit=shown)
    if code == "max_length":
        return CellError("too_long", length=field.max_length, found=len(value))
    if code == "max_decimal_places":
        return CellError("too_many_places", places=field.decimal_places)
    words = {"max_digits": "too_many_digits", "max_whole_digits": "too_many_digits", "min_value": "too_many_digits"}
    words |= {"max_value": "too_many_digits", "DT08_INF_FUT": "future", "date_too_early": "before_1900"}
    return CellError(words.get(code, "not_valid"))


def number_text(value: Decimal) -> str:
    """Return a number as people read it."""
    return format(value.normalize(), "f")
