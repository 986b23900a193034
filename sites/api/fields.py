"""Fields of what programs send: of their own kind alone, a text is no number and a number no flag."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from drf_spectacular.drainage import set_override
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

OPEN = {"type": "object", "additionalProperties": True}


class Text(serializers.CharField):
    """A text."""

    def to_internal_value(self, data: Any) -> str:
        """Read it; what is no text is refused and not turned into one."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Flag(serializers.BooleanField):
    """Yes or no, as JSON says it."""

    def to_internal_value(self, data: Any) -> bool:
        """Read it; words and numbers are refused."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Code(serializers.ChoiceField):
    """One code of a list."""

    def to_internal_value(self, data: Any) -> Any:
        """Read it; what is no text is none of them."""
        if not isinstance(data, str):
            self.fail("invalid_choice", input=data)
        return super().to_internal_value(data)


class Codes(serializers.MultipleChoiceField):
    """Some codes of a list, each once, in the order of the list."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        items = {"type": "string", "enum": list(self.choices)}
        set_override(self, "field", {"type": "array", "items": items, "minItems": 0 if self.allow_empty else 1})

    def to_internal_value(self, data: Any) -> Any:
        """Read them."""
        if not isinstance(data, list):
            self.fail("not_a_list", input_type=type(data).__name__)
        if not all(isinstance(code, str) for code in data):
            self.fail("invalid_choice", input=data)
        asked: Any = data
        return self._in_order(super().to_internal_value(asked))

    def get_default(self) -> Any:
        """Return those that stand for what is left out."""
        found: Any = super().get_default()
        return self._in_order(found)

    def _in_order(self, found: Collection[Any]) -> list[Any]:
        return [code for code in self.choices if code in found]


class Key(serializers.UUIDField):
    """The key of a thing, as it is told."""

    def to_internal_value(self, data: Any) -> Any:
        """Read it; a number is none, though it could be read as one."""
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


@extend_schema_field(OPEN)
class Facts(serializers.Field[Mapping[str, Any], Any, Any, Any]):
    """An object that is told as it was written; what is in it differs from release to release."""

    def to_representation(self, value: Any) -> Any:
        """Return it."""
        return value


class Whole(serializers.IntegerField):
    """A whole number."""

    def to_internal_value(self, data: Any) -> int:
        """Read it; texts and flags are refused."""
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)
