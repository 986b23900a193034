"""Which topics a file can carry, and which of their columns it must have."""

from __future__ import annotations

from functools import cache

from registry.metadata import Privacy, Topic, topics


@cache
def upload_topics() -> tuple[Topic, ...]:
    """Return the topics that a site uploads, parents first: those with a key that people give."""
    return tuple(topic for topic in topics() if _is_given(topic))


def topic_of_code(code: str) -> Topic | None:
    """Return the topic with this code if it can be uploaded."""
    return next((topic for topic in upload_topics() if topic.code == code), None)


def required_columns(topic: Topic) -> tuple[str, ...]:
    """Return the columns that a file must have: all, but for notes and identifiers, which a site may leave out."""
    optional = {
        field.name
        for field in topic.entered_fields
        if field.variable and field.variable.privacy in {Privacy.FREE_TEXT, Privacy.DIRECT} and not field.required
    }
    return tuple(name for name in topic.columns if name not in optional)


def computed_columns(topic: Topic) -> frozenset[str]:
    """Return the columns that the registry computes itself."""
    return frozenset(field.name for field in topic.fields if field.variable and field.variable.derived)


def _is_given(topic: Topic) -> bool:
    computed = {field.name for field in topic.fields if field.variable and field.variable.derived}
    return not computed.intersection(topic.key)
