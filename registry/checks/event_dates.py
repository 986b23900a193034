"""Every date of the record on which something happened to a patient, found in the declarations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q

from registry.metadata import DateVariable, Topic, topics

# Their dates are consent, last contact and death themselves.
NO_EVENTS = frozenset({"patient", "identity", "follow_up", "death", "death_review"})


@dataclass(frozen=True)
class EventDates:
    """The dates of one topic, and the way up from its rows to their patient."""

    topic: Topic
    fields: Sequence[str]

    @property
    def to_patient(self) -> str:
        """Return the lookup from a row to its patient."""
        return self.topic.path_to("patient")

    @property
    def from_patient(self) -> str:
        """Return the lookup from a patient down to the rows."""
        below = [step for step in (*self.topic.ancestors, self.topic) if step.parent]
        return "__".join(_related_name(step) for step in below)

    def any_after(self, day: Any, prefix: str = "") -> Q:
        """Say that one of the dates lies after a day, whatever the days were where they are not known."""
        return reduce(or_, (Q(**{f"{prefix}{name}__gt": day}) for name in self.fields))


def _related_name(topic: Topic) -> str:
    field: Any = topic.model._meta.get_field(topic.parent or "")
    return field.related_query_name()


def event_dates() -> Iterator[EventDates]:
    """Yield the topics whose dates are events, with these dates."""
    for topic in topics():
        dates = [field.name for field in topic.entered_fields if isinstance(field, DateVariable)]
        if dates and topic.code not in NO_EVENTS:
            yield EventDates(topic, dates)
