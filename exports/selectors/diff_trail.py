"""The audit trail of some cases between two releases, under the keys by which the releases name the rows."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from exports.diff.lines import KEY_APART
from exports.freeze.eligibility import INDEX_COURSE
from exports.freeze.tables import ReleasedTable
from registry.metadata import DateVariable, FlagVariable, Topic, topics
from registry.metadata.fields import VariableField
from registry.metadata.release import leaves
from registry.rules.dates import Precision
from sites.audit import event_model_of

PATIENT, COURSE, INFUSED = "patient", "infusion_course", "infused_on"


@dataclass(frozen=True)
class Edit:
    """One event of a row in between: what was done, to which fields, when, by whom and why."""

    kind: str
    fields: frozenset[str]
    at: dt.datetime
    who: str
    why: str


@dataclass
class Trail:
    """The edits of rows between two releases, by table, patient and key of the row in either release."""

    rows: dict[tuple[str, UUID, str], list[Edit]] = field(default_factory=lambda: defaultdict(list))
    infusions: dict[UUID, list[Edit]] = field(default_factory=lambda: defaultdict(list))


def trail_of(patients: Collection[UUID], codes: Collection[str], since: dt.datetime, until: dt.datetime) -> Trail:
    """Return what was done to the rows of some tables of these cases after one moment, up to another."""
    history = _History(patients, _needed(codes), since, until)
    trail = Trail()
    for code in history.topics:
        for row, events in history.events[code].items():
            edits = list(_edits(history.topics[code], events, since))
            patient = history.patient_of(code, row)
            for key in {history.key(code, row, moment) for moment in (since, until)} - {None}:
                trail.rows[code, patient, str(key)] += edits
            if code == COURSE:
                trail.infusions[patient] += [edit for edit in edits if INFUSED in edit.fields]
    return trail


def _needed(codes: Collection[str]) -> dict[str, Topic]:
    """Return the topics of the tables and all above them, parents first; courses always, for day 0."""
    known = {topic.code: topic for topic in topics()}
    wanted = {PATIENT, COURSE, *(code for code in codes if code in known)}
    wanted |= {above.code for code in wanted for above in known[code].ancestors}
    return {code: topic for code, topic in known.items() if code in wanted}


class _History:
    """All events of the rows of some cases up to a moment: topic -> row -> its events, the oldest first."""

    def __init__(
        self, patients: Collection[UUID], wanted: Mapping[str, Topic], since: dt.datetime, until: dt.datetime
    ) -> None:
        self.topics, self.since, self.until = wanted, since, until
        self.events: dict[str, dict[UUID, list[Any]]] = {}
        for code, topic in wanted.items():
            above = topic.parent_topic
            inside = {"pgh_obj_id__in": list(patients)}
            if above is not None:
                inside = {f"{topic.parent}_id__in": list(self.events[above.code])}
            self.events[code] = self._read(topic, inside)
        self._courses: dict[UUID, list[UUID]] = defaultdict(list)
        for row, events in self.events[COURSE].items():
            self._courses[events[-1].patient_id].append(row)

    def _read(self, topic: Topic, inside: Mapping[str, Any]) -> dict[UUID, list[Any]]:
        model: Any = event_model_of(topic.model)
        events = model.objects.filter(pgh_created_at__lte=self.until, **inside)
        found: dict[UUID, list[Any]] = defaultdict(list)
        for event in events.order_by("pgh_obj_id", "pgh_id"):
            found[event.pgh_obj_id].append(event)
        return found

    def standing(self, code: str, row: UUID, moment: dt.datetime) -> Any | None:
        """Return the event that tells how a row stood at a moment, None where it did not exist."""
        past = [event for event in self.events[code].get(row, ()) if event.pgh_created_at <= moment]
        return past[-1] if past and past[-1].pgh_label != "delete" else None

    def patient_of(self, code: str, row: UUID) -> UUID:
        """Return the case that a row belongs to."""
        topic = self.topics[code]
        if topic.parent_topic is None:
            return row
        return self.patient_of(topic.parent_topic.code, getattr(self.events[code][row][-1], f"{topic.parent}_id"))

    def key(self, code: str, row: UUID, moment: dt.datetime) -> str | None:
        """Return the key under which a release of a moment names a row; None where the row did not exist then."""
        event = self.standing(code, row, moment)
        if event is None:
            return None
        topic = self.topics[code]
        steps = [*self._ordinals(topic, event, moment), *self._own_key(topic, event, moment)]
        return KEY_APART.join(f"{name}={value}" for name, value in steps)

    def _ordinals(self, topic: Topic, event: Any, moment: dt.datetime) -> list[tuple[str, str]]:
        above = topic.parent_topic
        if above is None or above.parent_topic is None:
            return []
        row = self.standing(above.code, getattr(event, f"{topic.parent}_id"), moment)
        return [] if row is None else [*self._ordinals(above, row, moment), *self._own_key(above, row, moment)]

    def _own_key(self, topic: Topic, event: Any, moment: dt.datetime) -> Iterator[tuple[str, str]]:
        released = iter(ReleasedTable(topic).own_key)
        for name in topic.key:
            entry = next(entry for entry in topic.fields if entry.name == name)
            if leaves(entry):
                yield next(released), self._told(entry, topic, event, moment)

    def _told(self, entry: VariableField, topic: Topic, event: Any, moment: dt.datetime) -> str:
        value = getattr(event, str(entry.attname))
        if value is None:
            return ""
        if isinstance(entry, FlagVariable):
            return str(int(value))
        if not isinstance(entry, DateVariable):
            return str(value)
        origin = self._day_0(topic, event, moment)
        is_day = getattr(event, f"{entry.name}_precision", Precision.DAY) == Precision.DAY
        return str((value - origin).days) if origin is not None and is_day else ""

    def _day_0(self, topic: Topic, event: Any, moment: dt.datetime) -> dt.date | None:
        """Return the infusion of the row's own course; of the index course for tables beside the courses."""
        while topic.parent_topic is not None:
            if topic.code == COURSE:
                return self._infused(event)
            above = self.standing(topic.parent_topic.code, getattr(event, f"{topic.parent}_id"), moment)
            if topic.parent_topic.parent_topic is None or above is None:
                break
            topic, event = topic.parent_topic, above
        return self._index_infusion(event, topic, moment)

    def _index_infusion(self, event: Any, topic: Topic, moment: dt.datetime) -> dt.date | None:
        patient = event.pgh_obj_id if topic.parent is None else getattr(event, f"{topic.parent}_id")
        courses = (self.standing(COURSE, row, moment) for row in self._courses[patient])
        return next((self._infused(one) for one in courses if one is not None and one.course_no == INDEX_COURSE), None)

    def _infused(self, course: Any) -> dt.date | None:
        infused: dt.date | None = course.infused_on
        return infused


def _edits(topic: Topic, events: Sequence[Any], since: dt.datetime) -> Iterator[Edit]:
    for before, event in zip([None, *events], events, strict=False):
        if event.pgh_created_at > since:
            told = event.pgh_context
            fields = frozenset(_changed(topic, before, event)) if event.pgh_label == "update" else frozenset[str]()
            yield Edit(
                event.pgh_label, fields, event.pgh_created_at, told.get("user_label", ""), told.get("reason", "")
            )


def _changed(topic: Topic, before: Any, event: Any) -> Iterator[str]:
    """Yield the fields in which an event differs from the one before: in value, precision or reason for missing."""
    for entry in topic.fields:
        names = (str(entry.attname), f"{entry.name}_precision")
        pairs = [(getattr(before, name, None), getattr(event, name, None)) for name in names]
        pairs.append(((before.missing or {}).get(entry.name), (event.missing or {}).get(entry.name)))
        if any(old != new for old, new in pairs):
            yield entry.name
