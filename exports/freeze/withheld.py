"""What does not leave, column by column, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from exports.freeze.privacy import checked_transform
from registry.metadata import Privacy, Topic, Transform, topics
from registry.metadata.fields import VariableField
from registry.rules.coding import gettext_noop

BY_CLASS = {
    Privacy.DIRECT: gettext_noop("direct identifier"),
    Privacy.FREE_TEXT: gettext_noop("free text"),
    Privacy.DATE: gettext_noop("calendar date or clock time"),
    Privacy.QUASI: gettext_noop("could single a person out; a coarser column leaves instead"),
    Privacy.CLINICAL: gettext_noop("not needed to analyse the case"),
    Privacy.SYSTEM: gettext_noop("internal to the registry"),
}
INTERNAL = gettext_noop("internal key of the registry")


@dataclass(frozen=True)
class Withheld:
    """One column of the registry that is in no release."""

    table: str
    column: str
    why: str


def withheld_columns() -> Iterator[Withheld]:
    """Yield every column of every topic that does not leave, in the order of the codebook."""
    for topic in topics():
        for field in topic.model._meta.local_concrete_fields:
            if why := _why(topic, field):
                yield Withheld(topic.code, field.name, why)


def _why(topic: Topic, field: object) -> str:
    name = getattr(field, "name", "")
    if not isinstance(field, VariableField):
        return "" if name == "missing" else INTERNAL
    if field.variable is None or checked_transform(field) is not Transform.WITHHOLD or name.endswith("_precision"):
        return ""
    return BY_CLASS[field.variable.privacy]
