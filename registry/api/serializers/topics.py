"""Rows of the record as programs send and read them: one serializer for each topic, made from its declarations."""

from __future__ import annotations

from functools import cache
from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer

from registry.api.serializers.topic_answers import row_out
from registry.api.serializers.topic_bulk import BulkSent
from registry.api.serializers.topic_names import component_name
from registry.api.serializers.topic_sent import Placed, RowSent
from registry.metadata import Topic

__all__ = [
    "bulk_in", "bulk_row_schema", "change_in", "change_in_bulk", "row_in", "row_in_bulk", "row_in_schema", "row_out",
]  # fmt: skip


@cache
def _made(code_name: str, topic: Topic, **ways: Any) -> type[RowSent]:
    doc = f"{topic.label}: {topic.grain}."
    return type(f"{component_name(topic)}{code_name}", (RowSent,), {"__doc__": doc, "topic": topic, **ways})


def row_in(topic: Topic) -> type[RowSent]:
    """Return the serializer of a new row."""
    return _made("New", topic, placed=Placed.EITHER)


def change_in(topic: Topic) -> type[RowSent]:
    """Return the serializer of a change: only what is sent changes."""
    return _made("Change", topic, is_change=True)


def row_in_bulk(topic: Topic) -> type[RowSent]:
    """Return the serializer of a new row among many."""
    return _made("BulkNew", topic, placed=Placed.EITHER, has_reason=False)


def change_in_bulk(topic: Topic) -> type[RowSent]:
    """Return the serializer of a change among many, which names its row and the version that was seen."""
    return _made("BulkChange", topic, is_change=True, is_named=True, has_reason=False)


@cache
def new_shapes(topic: Topic, *, in_bulk: bool = False) -> tuple[type[RowSent], ...]:
    """Return the shapes that a new row may have: below a row named by its key, or by columns as in files."""
    word = "Bulk" if in_bulk else "New"
    return (
        _made(f"{word}ByParent", topic, placed=Placed.PARENT, has_reason=not in_bulk),
        _made(f"{word}ByKeys", topic, placed=Placed.KEYS, has_reason=not in_bulk),
    )


@cache
def row_in_schema(topic: Topic) -> PolymorphicProxySerializer:
    """Return what the schema says of a new row: one of its shapes."""
    return PolymorphicProxySerializer(
        component_name=f"{component_name(topic)}New",
        serializers=list(new_shapes(topic)),
        resource_type_field_name=None,
    )


@cache
def bulk_row_schema(topic: Topic) -> PolymorphicProxySerializer:
    """Return what the schema says of one row among many: a new one in one of its shapes, or a change."""
    new = new_shapes(topic, in_bulk=True) if topic.parent else ()
    return PolymorphicProxySerializer(
        component_name=f"{component_name(topic)}BulkRow",
        serializers=[*new, change_in_bulk(topic)],
        resource_type_field_name=None,
    )


@cache
def bulk_in(topic: Topic) -> type[BulkSent]:
    """Return the serializer of many rows at once."""
    members = {
        "__doc__": f"{topic.label}: many rows at once.",
        "rows_schema": staticmethod(lambda: bulk_row_schema(topic)),
    }
    return type(f"{component_name(topic)}Bulk", (BulkSent,), members)
