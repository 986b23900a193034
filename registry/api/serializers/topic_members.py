"""Members of rows in JSON that no variable declares: keys, versions, and why fields are empty."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Final
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from rest_framework import serializers

from registry.rules.missing import MissingReason

Schema = dict[str, Any]
KEY: Final = r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"
LARGEST: Final = 2**31 - 1


class Member(serializers.Field[Any, Any, Any, Any]):
    """A member of a row that says of itself how it is described."""

    default_error_messages: ClassVar[dict[str, Any]] = {"invalid": "invalid"}

    def to_representation(self, value: Any) -> Any:
        """Return the value as it is sent."""
        return value

    def schema(self) -> Schema:
        """Return the schema of the value."""
        raise NotImplementedError


class KeyField(Member):
    """The key of a row."""

    def to_internal_value(self, data: Any) -> UUID:
        """Return the key; ValidationError for what is none."""
        if not isinstance(data, str) or not re.fullmatch(KEY, data):
            self.fail("invalid")
        return UUID(data)

    def to_representation(self, value: Any) -> str:
        """Return the key as it is written."""
        return str(value)

    def schema(self) -> Schema:
        """Return the schema of a key."""
        return {"type": "string", "format": "uuid"}


class VersionField(Member):
    """The version of a row that was seen."""

    def to_internal_value(self, data: Any) -> int:
        """Return the version; ValidationError for what is no number from 1 on."""
        if isinstance(data, float) and data.is_integer():
            data = int(data)
        if not isinstance(data, int) or isinstance(data, bool) or not 1 <= data <= LARGEST:
            self.fail("invalid")
        return int(data)

    def schema(self) -> Schema:
        """Return the schema of a version."""
        return {"type": "integer", "minimum": 1, "maximum": LARGEST}


class MissingField(Member):
    """Why fields are empty: field -> reason, for those that may have one."""

    def __init__(self, names: tuple[str, ...], **options: Any) -> None:
        self.names = names
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> dict[str, str]:
        """Return the reasons; ValidationError, by field, for another field or reason."""
        if not isinstance(data, dict):
            self.fail("invalid")
        for name, reason in data.items():
            if name not in self.names:
                raise serializers.ValidationError(_("“%(name)s” is no field that may be empty.") % {"name": name[:80]})
            if not isinstance(reason, str) or reason not in MissingReason.codes():
                words = _("The reason of “%(name)s” is none of the values known here.")
                raise serializers.ValidationError(words % {"name": name})
        return dict(data)

    def schema(self) -> Schema:
        """Return the schema: an object of the fields that may be empty."""
        labels = {code: _(label) for code, label in MissingReason.choices()}
        reason = {"type": "string", "enum": list(labels), "x-labels": labels}
        return {"type": "object", "properties": dict.fromkeys(self.names, reason), "additionalProperties": False}


class _SchemaOfMember(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = Member
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: str) -> Schema:
        """Return what the member says of itself."""
        return dict(self.target.schema())
