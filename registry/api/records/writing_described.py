"""How the writing of a topic stands in the description of the interface."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from registry.api.records.writing_problems import REASON_HEADER
from registry.api.serializers.topic_bulk import RowsDone
from registry.api.serializers.topics import bulk_in, change_in, row_in_schema, row_out
from registry.metadata import Topic

Describe = Callable[[Any], Any]
# At most 200 characters: visible ASCII as it is, everything else as the percent-encoded bytes of its UTF-8.
_MORE: Final = "%[89ABab][0-9A-Fa-f]"
_CHARACTER: Final = "|".join(
    [
        "[ !-$&-~]|%[2-6][0-9A-Fa-f]|%7[0-9A-Ea-e]|%[Cc]2%[ABab][0-9A-Fa-f]",
        f"%(?:[Cc][3-9A-Fa-f]|[Dd][0-9A-Fa-f]){_MORE}",
        f"%[Ee](?:0%[ABab][0-9A-Fa-f]|[1-9A-CEFa-cef]{_MORE}|[Dd]%[89][0-9A-Fa-f]){_MORE}",
        f"%[Ff](?:0%[9ABab][0-9A-Fa-f]|[1-3]{_MORE}|4%8[0-9A-Fa-f]){_MORE}{_MORE}",
    ]
)
ENCODED: Final = f"^(?:{_CHARACTER}){{0,200}}$"
TAG: Final = OpenApiParameter(
    "ETag", {"type": "string"}, OpenApiParameter.HEADER, response=[200, 201],
    description=gettext_lazy("The version of the row, for If-Match."),
)  # fmt: skip
ADDRESS: Final = OpenApiParameter(
    "Location", {"type": "string", "format": "uri"}, OpenApiParameter.HEADER, response=[201],
    description=gettext_lazy("The address of the row."),
)  # fmt: skip
REASON: Final = OpenApiParameter(
    REASON_HEADER, {"type": "string", "pattern": ENCODED}, OpenApiParameter.HEADER,
    description=gettext_lazy("Why the row is deleted, percent-encoded; needed where its form was completed."),
)  # fmt: skip


def describe_create(topic: Topic) -> Describe:
    """Describe the creation of one row."""
    return _described(
        topic, "create", request=row_in_schema(topic), responses={201: row_out(topic)}, parameters=[TAG, ADDRESS]
    )


def describe_change(topic: Topic) -> Describe:
    """Describe the change of one row."""
    return _described(topic, "change", request=change_in(topic), responses={200: row_out(topic)}, parameters=[TAG])


def describe_delete(topic: Topic) -> Describe:
    """Describe the deletion of one row."""
    gone = OpenApiResponse(description=gettext_lazy("The row is deleted."))
    return _described(topic, "delete", request=None, responses={204: gone}, parameters=[REASON])


def describe_bulk(topic: Topic) -> Describe:
    """Describe the writing of many rows."""
    return _described(topic, "bulk", request=bulk_in(topic), responses={200: RowsDone})


def _described(topic: Topic, act: str, **said: Any) -> Describe:
    return extend_schema(operation_id=f"{topic.code}_{act}", tags=[topic.code], **said)
