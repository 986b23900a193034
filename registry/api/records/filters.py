"""By which values the rows of a topic can be narrowed: what follows from the declaration of each field, said once.

Codes, flags and references by what they are; days and numbers by from and to. Words of people by nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from registry.api.records.values import FLAGS, LARGEST, code_of, date_of, number_of, refused
from registry.metadata import (
    CodedVariable,
    DateVariable,
    DecimalVariable,
    FlagVariable,
    IntegerVariable,
    ReferenceVariable,
    Topic,
)
from registry.metadata.fields import VariableField

FROM, TO = "_from", "_to"
LOOKUPS = {FROM: "gte", TO: "lte"}
CODE_LENGTH = 24


@dataclass(frozen=True)
class ValueFilter:
    """One parameter: its name, the field that it narrows by, and from or to (empty where the value itself is sent)."""

    name: str
    field: VariableField
    end: str = ""

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the codes of the field, none where it is not coded."""
        coding = self.field.coding if isinstance(self.field, CodedVariable) else None
        return tuple(code for code, _label in coding.choices()) if coding else ()

    @property
    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of the value."""
        match self.field:
            case CodedVariable():
                return {"type": "string", "enum": list(self.codes)}
            case FlagVariable():
                return {"type": "boolean"}
            case DateVariable():
                return {"type": "string", "format": "date"}
            case ReferenceVariable():
                return {"type": "string", "minLength": 1, "maxLength": CODE_LENGTH}
        return {"type": "number", "minimum": -LARGEST, "maximum": LARGEST}

    def condition(self, text: str) -> Q:
        """Return the condition that a value stands for; Refused for what is no value of the field."""
        lookup = f"{self.field.name}__{LOOKUPS[self.end]}" if self.end else self.field.attname
        return Q((lookup, self._read(text)))

    def _read(self, text: str) -> Any:
        match self.field:
            case CodedVariable():
                return code_of(self.name, text, self.codes)
            case FlagVariable():
                return FLAGS[code_of(self.name, text, FLAGS)]
            case DateVariable():
                return date_of(self.name, text)
            case IntegerVariable():
                number = number_of(self.name, text)
                return math.ceil(number) if self.end == FROM else math.floor(number)
            case DecimalVariable():
                return number_of(self.name, text)
        if not 0 < len(text) <= CODE_LENGTH:
            raise refused(self.name, _("Send a code of at most %(most)s signs.") % {"most": CODE_LENGTH})
        return text


@cache
def value_filters(topic: Topic) -> Mapping[str, ValueFilter]:
    """Return name -> filter for the fields of a topic, in the order of declaration."""
    found = [one for field in topic.fields for one in _filters_of(field)]
    return {one.name: one for one in found}


def _filters_of(field: VariableField) -> list[ValueFilter]:
    match field:
        case DateVariable() | IntegerVariable() | DecimalVariable():
            return [ValueFilter(field.name + end, field, end) for end in (FROM, TO)]
        case FlagVariable() | ReferenceVariable():
            return [ValueFilter(field.name, field)]
        case CodedVariable() if field.coding is not None:
            return [ValueFilter(field.name, field)]
    return []
