"""What every thing that a program sends has in common: known fields alone, and errors that say what to send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

# A message and its remedy travel in one text, apart by a line: the frame hands on texts alone.
APART = "\n"
S = TypeVar("S", bound="serializers.Serializer[Any]")


class Sent(serializers.Serializer[Any]):
    """The body of a request. `help_text` of a field says what belongs in it, and is the remedy where it is wrong."""

    def to_internal_value(self, data: Any) -> Any:
        """Read the body; a field that nobody declared is an error, because what it asks for would not happen."""
        if not isinstance(data, Mapping):
            raise serializers.ValidationError({"non_field_errors": [_("Send an object, with its fields in braces.")]})
        unknown = {name: [self._unknown()] for name in data if name not in self.fields}
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as failed:
            detail = failed.detail if isinstance(failed.detail, dict) else {}
            raise serializers.ValidationError({**self._with_remedies(detail), **unknown}) from failed
        if unknown:
            raise serializers.ValidationError(unknown)
        return value

    def _unknown(self) -> str:
        known = ", ".join(self.fields)
        message = _("There is no such field here.")
        return message + APART + _("Leave it out. The fields are: %(fields)s.") % {"fields": known}

    def _with_remedies(self, detail: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self._said(self.fields[name], errors) for name, errors in detail.items()}

    def _said(self, field: serializers.Field[Any, Any, Any, Any], errors: Any) -> Any:
        if not isinstance(errors, list) or not all(isinstance(error, str) for error in errors):
            return errors
        remedy = _remedy(field)
        return [_words(getattr(error, "code", ""), str(error)) + APART + remedy for error in errors]


def read(sent: type[S], request: Request) -> dict[str, Any]:
    """Return what was sent, checked and in its types."""
    serializer = sent(data=request.data if request.data is not None else [])
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def _remedy(field: serializers.Field[Any, Any, Any, Any]) -> str:
    told = str(field.help_text or "")
    if not isinstance(field, serializers.ChoiceField):
        return told
    return " ".join(filter(None, [told, _("Use one of: %(values)s.") % {"values": ", ".join(map(str, field.choices))}]))


def _words(code: str, otherwise: str) -> str:
    """Return what is said of an error of the frame, in the words of the registry."""
    return {
        "required": _("It is missing."),
        "null": _("It is empty."),
        "blank": _("It is empty."),
        "empty": _("It is empty."),
        "invalid_choice": _("This is none of the values known here."),
        "max_length": _("It is too long."),
        "min_length": _("It is too short."),
        "min_value": _("It is too small."),
        "invalid": _("This is not of the kind that belongs here."),
        "not_a_list": _("This is not of the kind that belongs here."),
        "null_characters_not_allowed": _("It holds a character that no text has."),
        "surrogate_characters_not_allowed": _("It holds a character that no text has."),
    }.get(code, otherwise)
