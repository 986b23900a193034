"""Plants errors in the demonstration cohort, kind by kind, as people make them, and takes them back again.

A kind says which rows can carry it, what is typed, and which check is to find it on which row. The same rows are chosen
every time. What is typed passes the form of the row: an error that would be refused is none that checks have to find.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from registry.checks.declared import check_named
from registry.metadata import topic_named, topic_of
from registry.services.records import fill_in, patient_of
from tests.integration.queries.cohort import row_words

Values = Mapping[str, Any]


class Taken(Exception):  # noqa: N818 -- the name says what happened
    """Another error stands already where this one was to be typed."""


@dataclass
class Hand:
    """Types over rows, adds and strikes some, and knows how to take all of it back."""

    before: list[Callable[[], Any]] = field(default_factory=list)
    cells: set[tuple[UUID, str]] = field(default_factory=set)
    made: set[UUID] = field(default_factory=set)
    touched: set[tuple[UUID, str]] = field(default_factory=set)

    def type_over(self, row: Any, **values: Any) -> None:
        """Type values into a row, as its form would take them; Taken where another error stands."""
        if self.cells & {(row.pk, name) for name in values}:
            raise Taken
        old = {column.attname: getattr(row, column.attname) for column in row._meta.concrete_fields}
        row.missing = {name: why for name, why in row.missing.items() if values.get(name) is None}
        fill_in(topic_of(type(row)), row, values)
        row.full_clean()
        row.save(force_update=True)
        self.cells |= {(row.pk, name) for name in values}
        self._note(row, lambda: type(row).objects.filter(pk=row.pk).update(**old))

    def add(self, topic: str, parent: Any, **values: Any) -> Any:
        """Add a row below another one."""
        found = topic_named(topic)
        row = found.model(site_id=parent.site_id, **{str(found.parent): parent})
        return self._added(row, values)

    def add_case(self, patient: Any, study_id: str) -> Any:
        """Add a case that says of the patient what another one does."""
        same = {name: getattr(patient, name) for name in ("birth_year", "age_at_infusion", "sex", "country")}
        return self._added(type(patient)(site_id=patient.site_id), {"study_id": study_id, **same})

    def strike(self, row: Any) -> None:
        """Delete a row."""
        again = type(row)(**{column.attname: getattr(row, column.attname) for column in row._meta.concrete_fields})
        self._note(row, lambda: again.save(force_insert=True))
        type(row).objects.filter(pk=row.pk).delete()

    def take_back(self, to: int = 0) -> None:
        """Put everything back as it was, or as it was after so many changes; the last change first."""
        while len(self.before) > to:
            self.before.pop()()

    def _added(self, row: Any, values: Values) -> Any:
        fill_in(topic_of(type(row)), row, values)
        row.full_clean()
        row.save(force_insert=True)
        self.made.add(row.pk)
        self._note(row, lambda: type(row).objects.filter(pk=row.pk).delete())
        return row

    def _note(self, row: Any, take_back: Callable[[], Any]) -> None:
        topic = topic_of(type(row))
        self.before.append(take_back)
        self.touched.add((patient_of(topic, row), topic.code))


Plant = Callable[[Hand, Any], Any]


@dataclass(frozen=True)
class Kind:
    """One kind of error.

    `plant` makes it in a row and returns the row where it is to be found, nothing for the same one. `count` rows of
    those that pass `filters` and `fits` get it; `apart` are topics of the case that no other error may touch. One row
    may hold two errors, where the check of the one does not speak of what the other types.
    """

    name: str
    topic: str
    check: str
    plant: Plant
    filters: Values
    fits: Callable[[Any], bool]
    count: int
    apart: frozenset[str]


class Planted(NamedTuple):
    """One planted error and where it is to be found."""

    kind: Kind
    row_id: UUID
    words: str


KINDS: list[Kind] = []


def kind(
    name: str,
    topic: str,
    check: str,
    *,
    count: int = 2,
    apart: Iterable[str] = (),
    fits: Callable[[Any], bool] = lambda _row: True,
    **filters: Any,
) -> Callable[[Plant], Plant]:
    """Declare a kind of error; the function below plants one."""

    def declare(plant: Plant) -> Plant:
        KINDS.append(Kind(name, topic, check, plant, filters, fits, count, frozenset(apart)))
        return plant

    return declare


def typed(name: str, topic: str, check: str, values: Values | Callable[[Any], Values], **how: Any) -> None:
    """Declare a kind of error that is typed into one row and found there."""

    def plant(hand: Hand, row: Any) -> None:
        hand.type_over(row, **(values(row) if callable(values) else values))

    kind(name, topic, check, **how)(plant)


def plant_all() -> tuple[Hand, list[Planted]]:
    """Plant every kind, those that need room first, into cases with the fewest errors, and return the errors."""
    hand, planted = Hand(), list[Planted]()
    reserved: set[tuple[UUID, str]] = set()
    errors: Counter[UUID] = Counter()
    for entry in sorted(KINDS, key=lambda entry: (not entry.apart, _rows(entry).count())):
        found = list(islice(_plant_in(entry, hand, errors, reserved), entry.count))
        if len(found) < entry.count:
            raise LookupError(f"Too few rows for “{entry.name}”.")
        planted += found
    return hand, planted


def _plant_in(entry: Kind, hand: Hand, errors: Counter[UUID], reserved: set[tuple[UUID, str]]) -> Iterator[Planted]:
    """Plant one kind of error in one row after the other."""
    for row in _candidates(entry, errors):
        if not _is_free(entry, row, hand, reserved):
            continue
        so_far = len(hand.before)
        try:
            found = entry.plant(hand, row) or row
        except Taken:
            hand.take_back(so_far)
            continue
        case = patient_of(topic_of(type(row)), row)
        errors[case] += 1
        reserved |= {(case, topic) for topic in entry.apart}
        hand.cells |= {(found.pk, name) for name in check_named(entry.check).fields}
        yield Planted(entry, found.pk, _words(found))


def _words(row: Any) -> str:
    topic = topic_of(type(row))
    case = topic_named("patient").model._default_manager.get(pk=patient_of(topic, row))
    return f"{case}: {row_words(topic, row)}"


def _rows(entry: Kind) -> Any:
    return topic_named(entry.topic).model._default_manager.filter(**entry.filters)


def _candidates(entry: Kind, errors: Counter[UUID]) -> Iterator[Any]:
    """Yield the rows that can carry a kind of error, in an order that is the same in every run."""
    topic = topic_named(entry.topic)
    path = topic.path_to("patient")
    keys = [
        "__".join(filter(None, [topic.path_to(step.code), name]))
        for step in (*topic.ancestors, topic)
        for name in step.key
    ]
    rows = _rows(entry).order_by(*keys)
    found = [row for row in (rows.select_related(path) if path else rows) if entry.fits(row)]
    Random(entry.name).shuffle(found)
    yield from sorted(found, key=lambda row: errors[patient_of(topic, row)])


def _is_free(entry: Kind, row: Any, hand: Hand, reserved: set[tuple[UUID, str]]) -> bool:
    case = patient_of(topic_of(type(row)), row)
    crowded = {(case, topic) for topic in entry.apart} & hand.touched
    cells = {(row.pk, name) for name in check_named(entry.check).fields} & hand.cells
    return not (crowded or cells or row.pk in hand.made or (case, entry.topic) in reserved)


def later(day: dt.date | None, days: int) -> dt.date | None:
    """Return the day so many days later, nothing for none."""
    return day and day + dt.timedelta(days=days)
