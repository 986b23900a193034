"""Reads of the audit trail: the events of a case, of a row, of everything, and the rows as they once stood."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import CharField, Model, OuterRef, Q, QuerySet, Subquery, Value

from registry.metadata import Topic, topics
from registry.models import Patient
from registry.selectors.cases import case_topics
from sites.access import visible_site_ids
from sites.audit import event_model_of

# The numbers of events are whole numbers of eight bytes.
MOST = 2**63


@dataclass(frozen=True)
class Track:
    """One audited table with its events. `topic` is None for what is not part of the clinical record."""

    code: str
    model: type[Model]
    topic: Topic | None

    @property
    def events(self) -> type[Model]:
        """Return the model of its events."""
        return event_model_of(self.model)

    @property
    def has_site(self) -> bool:
        """Tell whether its rows belong to a site."""
        return any(field.name == "site" for field in self.model._meta.concrete_fields)


@dataclass(frozen=True, order=True)
class Place:
    """Where an event stands among all: by time, then table, then number. A page goes on from the last one's place."""

    at: datetime
    code: str
    number: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.code}~{self.number}"

    @classmethod
    def read(cls, text: str) -> Place | None:
        """Return the place that an address names; None where it names none."""
        parts = text.split("~")
        try:
            at, number = datetime.fromisoformat(parts[0]), int(parts[2])
            is_place = at.tzinfo is not None and len(parts) == 3 and abs(number) < MOST
            return cls(at.astimezone(UTC), parts[1], number) if is_place else None
        except (ValueError, IndexError, OverflowError):
            return None


@dataclass(frozen=True)
class Happening:
    """One event, and for a change the event before it of the same row."""

    track: Track
    event: Any
    before: Any | None

    @property
    def place(self) -> Place:
        """Return where it stands among all events."""
        return Place(self.event.pgh_created_at, self.track.code, self.event.pgh_id)


@lru_cache(maxsize=1)
def tracks() -> Mapping[str, Track]:
    """Return every audited table by its code: a topic's code, or "application.model"."""
    by_model = {topic.model: topic for topic in topics()}
    audited = [model for model in apps.get_models() if hasattr(model, "pgh_event_models")]
    found = [Track(_code(model, by_model.get(model)), model, by_model.get(model)) for model in audited]
    return {track.code: track for track in found}


def _code(model: type[Model], topic: Topic | None) -> str:
    return topic.code if topic else model._meta.label_lower


def case_keys(patient: Patient) -> dict[str, list[UUID]]:
    """Return topic code -> the keys of all rows that the case has or once had.

    Rows of today are found through the record; those that are gone through their last event.
    """
    found: dict[str, list[UUID]] = {}
    for topic in case_topics():
        if topic.parent_topic is None:
            found[topic.code] = [patient.pk]
            continue
        above = {f"{topic.parent}__in": found[topic.parent_topic.code], "site_id": patient.site_id}
        live = topic.model._default_manager.filter(**above).values_list("pk", flat=True)
        gone = event_model_of(topic.model).objects.filter(pgh_label="delete", **above)
        found[topic.code] = [*live, *gone.values_list("pgh_obj_id", flat=True)]
    return found


def case_happenings(
    patient: Patient, size: int, *, codes: Collection[str] = (), before: Place | None = None
) -> list[Happening]:
    """Return the newest events of a case before a place, all topics together."""
    keys = case_keys(patient)
    chosen = [track for code, track in tracks().items() if keys.get(code) and (not codes or code in codes)]
    found = [
        (track, track.events.objects.filter(pgh_obj_id__in=keys[track.code], site_id=patient.site_id))
        for track in chosen
    ]
    return happenings(found, size, before=before)


def row_happenings(patient: Patient, code: str, row: UUID) -> list[Happening]:
    """Return all events of one row of a case, the newest first; none where the case never had it."""
    if row not in case_keys(patient).get(code, []):
        return []
    track = tracks()[code]
    events = track.events.objects.filter(pgh_obj_id=row, site_id=patient.site_id).order_by("-pgh_id")
    numbered = [(track.code, number) for number in events.values_list("pgh_id", flat=True)]
    return _load(numbered)


def searched(
    user: Any,
    *,
    codes: Collection[str] = (),
    person: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    label: str = "",
) -> list[tuple[Track, QuerySet[Any]]]:
    """Return per table the events that fit, within the sites that the person may see."""
    wanted = Q()
    if person:
        wanted &= Q(pgh_context__user_label__icontains=person)
    if since:
        wanted &= Q(pgh_created_at__gte=since)
    if until:
        wanted &= Q(pgh_created_at__lt=until)
    if label:
        wanted &= Q(pgh_label=label)
    own = Q(site_id__in=sorted(visible_site_ids(user))) | Q(site_id=None)
    chosen = [track for code, track in tracks().items() if not codes or code in codes]
    return [(track, track.events.objects.filter(wanted & own if track.has_site else wanted)) for track in chosen]


def happenings(
    found: Iterable[tuple[Track, QuerySet[Any]]], size: int, *, before: Place | None = None
) -> list[Happening]:
    """Return the newest events of several tables together, those before a place if one is given."""
    branches = [_branch(track, events, size, before) for track, events in found]
    if not branches:
        return []
    first, *others = branches
    merged = first.union(*others, all=True) if others else first
    ordered = merged.order_by("-pgh_created_at", "-track_code", "-pgh_id")[:size]
    return _load([(code, number) for _at, code, number in ordered])


def _branch(track: Track, events: QuerySet[Any], size: int, before: Place | None) -> QuerySet[Any]:
    if before is not None:
        events = events.filter(_earlier(track.code, before))
    # Each table gives its own newest ones, so that no table is sorted as a whole.
    numbers = events.order_by("-pgh_created_at", "-pgh_id").values("pgh_id")[:size]
    chosen = track.events.objects.filter(pgh_id__in=numbers)
    named = chosen.annotate(track_code=Value(track.code, output_field=CharField()))
    return named.order_by().values_list("pgh_created_at", "track_code", "pgh_id")


def _earlier(code: str, place: Place) -> Q:
    if code < place.code:
        return Q(pgh_created_at__lte=place.at)
    earlier = Q(pgh_created_at__lt=place.at)
    return earlier | Q(pgh_created_at=place.at, pgh_id__lt=place.number) if code == place.code else earlier


def _load(numbered: Sequence[tuple[str, int]]) -> list[Happening]:
    """Read events with the one before each, three queries a table at most, in the order asked for."""
    loaded: dict[tuple[str, int], Happening] = {}
    for code in {code for code, _number in numbered}:
        track = tracks()[code]
        for happening in _load_table(track, [number for other, number in numbered if other == code]):
            loaded[code, happening.event.pgh_id] = happening
    return [loaded[entry] for entry in numbered if entry in loaded]


def _load_table(track: Track, numbers: Sequence[int]) -> list[Happening]:
    model = track.events
    earlier = model.objects.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id"))
    last = Subquery(earlier.order_by("-pgh_id").values("pgh_id")[:1])
    events = list(model.objects.filter(pgh_id__in=numbers).annotate(before_id=last))
    wanted = [event.before_id for event in events if event.pgh_label == "update"]
    before = {event.pgh_id: event for event in model.objects.filter(pgh_id__in=wanted)} if wanted else {}
    return [Happening(track, event, before.get(event.before_id)) for event in events]


def row_of(track: Track, event: Any) -> Model:
    """Return the row that an event describes, as an object of its table that is not saved."""
    names = [field.attname for field in track.model._meta.concrete_fields if hasattr(event, field.attname)]
    return track.model(**{name: getattr(event, name) for name in names})


def case_as_of(patient: Patient, at: datetime) -> dict[Topic, list[Model]]:
    """Return the rows of a case as they stood at a moment, topic by topic, made from the events alone."""
    keys, found = case_keys(patient), {}
    known: dict[Any, Model] = {}
    for topic in case_topics():
        track = tracks()[topic.code]
        rows = [row_of(track, event) for event in _standing(track, keys[topic.code], patient, at)]
        for row in rows:
            known[row.pk] = row
            if topic.parent:
                setattr(row, topic.parent, known.get(getattr(row, f"{topic.parent}_id")))
        found[topic] = sorted(rows, key=lambda row, topic=topic: _sorting(topic, row))
    return found


def _standing(track: Track, keys: Sequence[UUID], patient: Patient, at: datetime) -> list[Any]:
    events = track.events.objects.filter(pgh_obj_id__in=keys, site_id=patient.site_id, pgh_created_at__lte=at)
    last = events.order_by("pgh_obj_id", "-pgh_id").distinct("pgh_obj_id")
    return [event for event in last if event.pgh_label != "delete"]


def _sorting(topic: Topic, row: Model) -> tuple[Any, ...]:
    above: tuple[Any, ...] = ()
    parent = getattr(row, topic.parent) if topic.parent else None
    if parent is not None and topic.parent_topic is not None:
        above = _sorting(topic.parent_topic, parent)
    own = [getattr(row, name) for name in topic.key]
    return (*above, *((value is None, "" if value is None else value) for value in own), (False, str(row.pk)))
