"""Rows of the record as they are answered, for the schema: the answers themselves are written by the database."""

from __future__ import annotations

from functools import cache
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy
from rest_framework import serializers

from registry.api.serializers.topic_fields import record_field
from registry.api.serializers.topic_members import KeyField, MissingField, VersionField
from registry.api.serializers.topic_names import component_name, may_be_empty
from registry.metadata import Topic


class RowOut(serializers.Serializer[Any]):
    """A row as it is read; the classes below it are made for each topic."""

    topic: ClassVar[Topic]

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Return all members of a row in their order, computed values too."""
        return {
            "id": KeyField(help_text=gettext_lazy("The key of the row.")),
            "version": VersionField(help_text=gettext_lazy("Rises with every change; it is the ETag of the row.")),
            "site": serializers.CharField(help_text=gettext_lazy("The code of the hospital.")),
            "case": serializers.CharField(help_text=gettext_lazy("The study id of the case.")),
            "patient": KeyField(help_text=gettext_lazy("The key of the case.")),
            "parent": KeyField(
                allow_null=self.topic.parent is None, help_text=gettext_lazy("The key of the row above this one.")
            ),
            **{
                declared.name: record_field(declared, read_only=bool(declared.variable and declared.variable.derived))
                for declared in self.topic.fields
            },
            "missing": MissingField(may_be_empty(self.topic), help_text=gettext_lazy("Why fields are empty.")),
            **super().get_fields(),
        }


@cache
def row_out(topic: Topic) -> type[RowOut]:
    """Return the serializer of a row as it is read."""
    doc = f"{topic.label}: {topic.grain}."
    return type(f"{component_name(topic)}Row", (RowOut,), {"__doc__": doc, "topic": topic})
