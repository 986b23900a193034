"""Declared variables as members of JSON: what each takes, how it is told, and its schema, from one declaration.

A value of the right kind that cannot be is refused in the words of the declaration, which are those of the pages.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from rest_framework import serializers

from registry.api.serializers.topic_words import refused_words, wanted
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
from registry.rules.dates import PartialDate
from registry.services.rows import State

Schema = dict[str, Any]
LARGEST: Final = 2**31 - 1
DAY: Final = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
PART_OF_DAY: Final = r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$"
CLOCK: Final = r"^([01][0-9]|2[0-3]):[0-5][0-9](:00)?$"
CLOCK_TOLD: Final = r"^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$"
# Letters, signs, tabs and ends of lines; what else Unicode calls a control character cannot be stored or shown.
PLAIN_WORDS: Final = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$"
STUDY_ID: Final = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,19}$"
# By so many steps of the binary fraction may a number differ from the decimal one that was meant.
NOISE: Final = 4


class RecordField(serializers.Field[Any, Any, Any, Any]):
    """One declared variable; becomes the State of its field. Null empties it where it may be empty."""

    def __init__(self, declared: VariableField, **options: Any) -> None:
        self.declared = declared
        options = {
            "allow_null": declared.null,
            "label": declared.verbose_name,
            "help_text": wanted(declared),
            **options,
        }
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> State:
        """Return what is sent as a State; ValidationError for another kind of value, and for one that cannot be."""
        state = self.read(data)
        if state is None:
            raise serializers.ValidationError(_("This is not of the kind that belongs here."), code="invalid")
        try:
            self.declared.run_validators(state.value)
        except ValidationError as refused:
            raise serializers.ValidationError(refused_words(refused), code="impossible") from refused
        return state

    def to_representation(self, value: Any) -> Any:
        """Return a value as it is sent."""
        return value

    def read(self, data: Any) -> State | None:
        """Return what is sent as a State, None for what is of another kind."""
        raise NotImplementedError

    def kind(self, direction: str) -> Schema:
        """Return the schema of a value, without what the declaration says of any kind."""
        raise NotImplementedError

    def schema(self, direction: str) -> Schema:
        """Return the schema with unit, code and range of the declaration."""
        variable = self.declared.variable
        found = self.kind(direction)
        if "enum" in found and self.allow_null:
            found["enum"] = [*found["enum"], None]
        if variable is None:
            return found
        told = {"x-unit": variable.unit, "x-code": variable.code, "x-privacy": variable.privacy.name}
        found |= {name: value for name, value in told.items() if value}
        if variable.plausible:
            found["x-plausible"] = [plain_number(end) for end in variable.plausible]
        return found


class WholeNumber(RecordField):
    """A whole number; 3.0 is one."""

    def read(self, data: Any) -> State | None:
        """Return the number."""
        if isinstance(data, float) and data.is_integer() and abs(data) <= LARGEST:
            data = int(data)
        return State(data) if isinstance(data, int) and not isinstance(data, bool) else None

    def kind(self, direction: str) -> Schema:
        """Return the schema of a whole number within its limits."""
        low, high = _limits(self.declared) or (-LARGEST, LARGEST)
        return {"type": "integer", "minimum": low, "maximum": high}


class Number(RecordField):
    """A number, exact to its decimals; the noise of a binary fraction is not taken for decimals."""

    def read(self, data: Any) -> State | None:
        """Return the number as it was written."""
        if isinstance(data, bool) or not isinstance(data, int | float) or not -1e20 < data < 1e20:
            return None
        return State(self._exact(Decimal(repr(data)), float(data)))

    def _exact(self, number: Decimal, as_float: float) -> Decimal:
        declared: Any = self.declared
        meant: Decimal = round(number, declared.decimal_places)
        is_noise = abs(float(meant) - as_float) <= NOISE * math.ulp(as_float)
        return meant if is_noise else number

    def kind(self, direction: str) -> Schema:
        """Return the schema of a number within its limits, or within what its column holds."""
        field: Any = self.declared
        most = 10 ** (field.max_digits - field.decimal_places) - 1
        low, high = _limits(field) or (-most, most)
        found: Schema = {"type": "number", "minimum": low, "maximum": high}
        return (
            found
            if direction == "response"
            else {**found, "multipleOf": float(Decimal(1).scaleb(-field.decimal_places))}
        )


class Flag(RecordField):
    """True or false."""

    def read(self, data: Any) -> State | None:
        """Return the answer."""
        return State(data) if isinstance(data, bool) else None

    def kind(self, direction: str) -> Schema:
        """Return the schema of an answer."""
        return {"type": "boolean"}


class Code(RecordField):
    """One code of the list of a variable."""

    def read(self, data: Any) -> State | None:
        """Return the code."""
        return State(data) if isinstance(data, str) and data in self._codes else None

    def kind(self, direction: str) -> Schema:
        """Return the schema of the list, with the label of each code."""
        labels = self._labels()
        return {"type": "string", "enum": list(labels), "x-labels": labels}

    @cached_property
    def _codes(self) -> frozenset[str]:
        # Read once for all rows of a request, and without the labels, which would be translated each time.
        return frozenset(code for code, _label in self.declared.coding.choices())  # type: ignore[attr-defined]

    def _labels(self) -> dict[str, str]:
        coding = self.declared.coding  # type: ignore[attr-defined]
        return {code: _(label) for code, label in coding.choices()}


class Day(RecordField):
    """A calendar day; a month or a year too where the variable may be known so far only."""

    def read(self, data: Any) -> State | None:
        """Return the first day that it can be, with its precision where that is kept."""
        if not isinstance(data, str) or not re.fullmatch(PART_OF_DAY if self._is_partial else DAY, data):
            return None
        try:
            date = PartialDate.parse(data)
        except ValueError:
            return None
        return State(date.earliest(), date.precision.value if self._is_partial else None)

    def to_representation(self, value: Any) -> Any:
        """Return the day as it is written."""
        return value.isoformat() if isinstance(value, dt.date) else value

    def kind(self, direction: str) -> Schema:
        """Return the schema of a day."""
        return {"type": "string", "pattern": PART_OF_DAY} if self._is_partial else {"type": "string", "format": "date"}

    @property
    def _is_partial(self) -> bool:
        return isinstance(self.declared, DateVariable) and self.declared.partial


class Clock(RecordField):
    """A clock time to the minute."""

    def read(self, data: Any) -> State | None:
        """Return the time."""
        return State(dt.time.fromisoformat(data)) if isinstance(data, str) and re.fullmatch(CLOCK, data) else None

    def to_representation(self, value: Any) -> Any:
        """Return the time as it is written."""
        return value.isoformat() if isinstance(value, dt.time) else value

    def kind(self, direction: str) -> Schema:
        """Return the schema of a time."""
        return {"type": "string", "pattern": CLOCK_TOLD if direction == "response" else CLOCK}


class Words(RecordField):
    """Words of a person, or the name that a site gave a case. Spaces alone are no words."""

    def read(self, data: Any) -> State | None:
        """Return the words without the spaces around them, line ends alike everywhere."""
        if not isinstance(data, str) or not re.fullmatch(self._pattern, data) or _has_surrogates(data):
            return None
        if len(data) > (self.declared.max_length or len(data)):
            raise serializers.ValidationError(_("It is too long."), code="max_length")
        if not data:
            raise serializers.ValidationError(_("It is empty."), code="blank")
        return State(data.replace("\r\n", "\n").replace("\r", "\n").strip() or None)

    def kind(self, direction: str) -> Schema:
        """Return the schema of words of so many characters."""
        told: Schema = {"type": "string", "maxLength": self.declared.max_length}
        return told if direction == "response" else {**told, "minLength": 1, "pattern": self._pattern}

    @property
    def _pattern(self) -> str:
        return STUDY_ID if self.declared.name == "study_id" else PLAIN_WORDS


class Reference(RecordField):
    """The code of a reference list, as files have it. Whether the list has it, the service says."""

    def read(self, data: Any) -> State | None:
        """Return the code."""
        is_code = isinstance(data, str) and 0 < len(data) <= self._longest and data.isprintable()
        return State(data) if is_code and not _has_surrogates(data) else None

    def kind(self, direction: str) -> Schema:
        """Return the schema of a code."""
        return {"type": "string", "minLength": 1, "maxLength": self._longest}

    @property
    def _longest(self) -> int:
        related: Any = self.declared.related_model
        return int(related._meta.pk.max_length)


class _SchemaOfRecordField(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = RecordField
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: str) -> Schema:
        """Return what the field says of itself."""
        return dict(self.target.schema(direction))


def record_field(declared: VariableField, **options: Any) -> RecordField:
    """Return the member of JSON for a declared variable."""
    for kind, member in _MEMBERS:
        if isinstance(declared, kind) and (kind is not CodedVariable or declared.coding is not None):  # type: ignore[attr-defined]
            return member(declared, **options)
    return Words(declared, **options)


_MEMBERS: tuple[tuple[type[VariableField], type[RecordField]], ...] = (
    (IntegerVariable, WholeNumber),
    (DecimalVariable, Number),
    (FlagVariable, Flag),
    (CodedVariable, Code),
    (DateVariable, Day),
    (TimeVariable, Clock),
    (ReferenceVariable, Reference),
)


def plain_number(value: Decimal | int) -> float | int:
    """Return it as JSON has it."""
    return int(value) if value == int(value) else float(value)


def _limits(field: VariableField) -> tuple[float | int, float | int] | None:
    limits = field.variable.limits if field.variable else None
    return (plain_number(limits[0]), plain_number(limits[1])) if limits else None


def _has_surrogates(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)
