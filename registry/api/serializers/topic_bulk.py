"""Many rows in one request: what surrounds them, and what is answered of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.extensions import OpenApiSerializerExtension, OpenApiSerializerFieldExtension
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from registry.api.serializers.topic_members import KeyField, VersionField
from registry.api.serializers.topic_sent import reason_field
from sites.api.sent import Sent

ROWS_AT_ONCE: Final = 1000
REFUSE, UPDATE = "refuse", "update"
ROWS_HELP = gettext_lazy("Send 1 to 1000 rows: new ones, or changes with the “id” and “version” that were read.")
ON_EXISTING_HELP = gettext_lazy("Say whether a new row whose key is there is refused, or changes the row that has it.")


class RowsField(serializers.Field[list[Any], Any, Any, Any]):
    """The rows; each is read by itself later on, so that a bad one does not hold up the others."""

    def to_internal_value(self, data: Any) -> list[Any]:
        """Return the rows as they were sent; ValidationError for what is no list of 1 to 1000."""
        if not isinstance(data, list):
            raise serializers.ValidationError("", code="not_a_list")
        if not 1 <= len(data) <= ROWS_AT_ONCE:
            raise serializers.ValidationError(_("This is no number of rows."), code="length")
        return data

    def to_representation(self, value: Any) -> Any:
        """Return the rows."""
        return value


class BulkSent(Sent):
    """Many rows; `rows_schema` gives what the schema says of each."""

    rows_schema: ClassVar[Callable[[], Any]]

    rows = RowsField(help_text=ROWS_HELP)
    reason = reason_field()
    on_existing = serializers.ChoiceField(choices=[REFUSE, UPDATE], default=REFUSE, help_text=ON_EXISTING_HELP)


@extend_schema_field({"$ref": "#/components/schemas/Problem"})
class ProblemOfRow(serializers.JSONField):
    """Why a row was refused."""


class RowDone(serializers.Serializer[Any]):
    """What became of one row, by its place in what was sent."""

    index = serializers.IntegerField(min_value=0)
    status = serializers.IntegerField(help_text=gettext_lazy("As the status of a request for this row alone."))
    id = KeyField(required=False, help_text=gettext_lazy("The key of the row that was saved."))
    version = VersionField(required=False, help_text=gettext_lazy("Its version now."))
    problem = ProblemOfRow(required=False, help_text=gettext_lazy("Only of a row that was refused."))


class RowsDone(serializers.Serializer[Any]):
    """What became of many rows, in the order in which they were sent."""

    done = serializers.IntegerField(min_value=0)
    refused = serializers.IntegerField(min_value=0)
    results = RowDone(many=True)


class _SchemaOfRows(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = RowsField

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """Return a list of what the bulk of the topic takes."""
        shape = auto_schema.resolve_serializer(self.target.parent.rows_schema(), direction)
        return {"type": "array", "items": shape.ref, "minItems": 1, "maxItems": ROWS_AT_ONCE}


class _SchemaOfBulk(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    target_class = BulkSent
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """Say too that no other member is taken."""
        return {**auto_schema._map_basic_serializer(self.target, direction), "additionalProperties": False}
