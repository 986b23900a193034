"""The rows of a bulk, read one by one: what is to be written of each, or why it is not even tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework import exceptions

from registry.api.failures import failed_fields
from registry.api.records.writing import new_row
from registry.api.records.writing_places import rows_above
from registry.api.serializers.topic_sent import RowGiven
from registry.api.serializers.topics import change_in_bulk, row_in_bulk
from registry.metadata import Topic
from registry.models import Patient
from registry.selectors.row_places import Place, patients_of, places_of_rows
from registry.services.rows import RowWrite
from sites.access import grants_of
from sites.api.problems import FieldError, Problem, no_right, not_found, wrong_fields
from sites.roles import Permission


@dataclass
class Line:
    """One row of a bulk: what was sent, its case and what is to be written, or the problem with it."""

    index: int
    given: RowGiven | None = None
    write: RowWrite | None = None
    patient: Patient | None = None
    problem: Problem | None = None


def lines_of(user: Any, topic: Topic, rows: Sequence[Any]) -> list[Line]:
    """Return the rows in their order; what is wrong with one is noted there. A number of queries that does not grow."""
    lines = _read(topic, rows)
    places = _places(user, topic, [line for line in lines if line.given])
    patients = patients_of(user, {place.patient_id for place in places.values() if isinstance(place, Place)})
    grants = grants_of(user)
    may = {key: grants.allow(Permission.CASE_EDIT, case.site_id) for key, case in patients.items()}
    for index, place in places.items():
        if isinstance(place, Problem):
            lines[index].problem = place
        elif not may.get(place.patient_id):
            lines[index].problem = no_right()
        else:
            _aim(topic, lines[index], place, patients[place.patient_id])
    return lines


def _read(topic: Topic, rows: Sequence[Any]) -> list[Line]:
    new, change = row_in_bulk(topic)(), change_in_bulk(topic)()
    lines, named = [], set[UUID]()
    for index, row in enumerate(rows):
        is_change = topic.parent is None or (isinstance(row, Mapping) and "id" in row)
        line = Line(index)
        try:
            line.given = (change if is_change else new).run_validation(row if row is not None else [])
        except exceptions.ValidationError as failed:
            line.problem = wrong_fields(list(failed_fields(failed.detail)))
        if line.given and line.given.id in named:
            line.given, line.problem = None, _named_twice()
        if line.given and line.given.id:
            named.add(line.given.id)
        lines.append(line)
    return lines


def _named_twice() -> Problem:
    return wrong_fields([FieldError("id", _("This row is named twice."), _("Name each row once."))])


def _places(user: Any, topic: Topic, lines: Sequence[Line]) -> dict[int, Place | Problem]:
    given = {line.index: line.given for line in lines if line.given}
    new = {index: row for index, row in given.items() if row.id is None}
    found: dict[int, Place | Problem] = {}
    if new:
        found |= zip(new, rows_above(user, topic, list(new.values())), strict=True)
    known = places_of_rows(user, topic, {row.id for row in given.values() if row.id})
    for index, row in given.items():
        if row.id:
            found[index] = known.get(row.id) or not_found()
    return found


def _aim(topic: Topic, line: Line, place: Place, patient: Patient) -> None:
    """Say what is to be written."""
    given, slot = line.given, str(line.index)
    if given is None:
        return
    line.patient = patient
    if given.id is None:
        line.write = new_row(topic, slot, given, place.id, patient.pk)
    else:
        line.write = RowWrite(slot, topic, given.states, given.id, given.version, patient_id=patient.pk)
