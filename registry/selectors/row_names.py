"""What rows of the record are called: their own keys, and the episode or course on whose page they stand."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from registry.metadata import Topic, topic_named
from registry.metadata.forms import Shape, form_of_topic
from registry.models import InfusionCourse

Row = tuple[str, UUID]


@dataclass(frozen=True)
class RowName:
    """The key of a row, and key and number of the head row of its page where it stands in a grid below one."""

    key: tuple[Any, ...]
    head: UUID | None = None
    head_number: int | None = None


def row_names(user: Any, rows: Iterable[Row]) -> dict[Row, RowName]:
    """Return (topic, row) -> its name, for rows that are there and that this person may see, in one query a topic."""
    wanted: defaultdict[Topic, set[UUID]] = defaultdict(set)
    for code, row in rows:
        wanted[topic_named(code)].add(row)
    return {(topic.code, row): name for topic, keys in wanted.items() for row, name in _named(user, topic, keys)}


def _named(user: Any, topic: Topic, keys: Collection[UUID]) -> Iterable[tuple[UUID, RowName]]:
    above = topic.parent if is_below_head(topic.code) else None
    head = [f"{above}_id", f"{above}__{topic.parent_topic.key[0]}"] if above and topic.parent_topic else []
    found = topic.model._default_manager.visible_to(user).filter(pk__in=keys).order_by()
    for row, *values in found.values_list("pk", *head, *topic.key):
        own = tuple(values[len(head) :])
        yield row, RowName(own, values[0], values[1]) if head else RowName(own)


def is_below_head(code: str) -> bool:
    """Tell whether the rows of a topic stand in a grid on the page of an episode or a course."""
    try:
        form = form_of_topic(code)
    except LookupError:
        return False
    return form.shape is Shape.REPEATED and code in form.lists


def first_infusions(user: Any, patient_ids: Collection[UUID]) -> dict[UUID, dt.date]:
    """Return case -> the day of its index infusion, from which days are counted."""
    courses = InfusionCourse.objects.visible_to(user).filter(course_no=1, patient__in=patient_ids).order_by()
    return dict(courses.values_list("patient_id", "infused_on"))
