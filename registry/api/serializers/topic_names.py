"""How the schema names what is made for each topic, and which of its fields it is made of."""

from __future__ import annotations

from typing import Any

from registry.metadata import Topic


def keys_above(topic: Topic) -> list[Any]:
    """Return the fields that name the row above in files, from the study id down."""
    return [above.model._meta.get_field(name) for above in topic.ancestors for name in above.key]


def may_be_empty(topic: Topic) -> tuple[str, ...]:
    """Return the fields that may have a missing reason."""
    return tuple(entered.name for entered in topic.entered_fields if entered.null)


def reason_name(topic: Topic) -> str:
    """Return the member that says why a row changes: another one where a variable of the topic has its usual name."""
    return "change_reason" if any(entered.name == "reason" for entered in topic.entered_fields) else "reason"


def component_name(topic: Topic) -> str:
    """Return how the schema names a topic: CrsEpisode."""
    return "".join(part.capitalize() for part in topic.code.split("_"))
