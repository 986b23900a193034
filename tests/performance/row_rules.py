"""Edit checks the usual way: Python rules over the rows of a case, read through the ORM case by case.

As many rules as there are checks, of the kinds that checks are of: a number in its range, a value that is missing, two
dates in order, a date after death or before the last contact, two grades that differ.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any
from uuid import UUID

from registry.metadata import DateVariable, Topic, topics
from registry.metadata.fields import VariableField
from registry.models import Death, FollowUp, Patient

Rows = dict[str, list[Any]]
Rule = Callable[[Rows], int]
NO_RECORD = {"identity", "death_review"}


def rules(count: int) -> list[Rule]:
    """Return so many rules; where the kinds run out, the first ones are run again."""
    made = list(_rules())
    return (made * (count // len(made) + 1))[:count]


def violations(patient_ids: list[UUID], checks: list[Rule]) -> int:
    """Run every rule over every case and count what it finds."""
    found = 0
    for patient_id in patient_ids:
        rows = _rows(patient_id)
        found += sum(rule(rows) for rule in checks)
    return found


def _rows(patient_id: UUID) -> Rows:
    rows: Rows = {"patient": [Patient.objects.get(pk=patient_id)]}
    for topic in _topics():
        if topic.parent is not None:
            path = topic.path_to("patient")
            rows[topic.code] = list(topic.model._default_manager.filter(**{path: patient_id}))
    return rows


def _topics() -> list[Topic]:
    return [topic for topic in topics() if topic.code not in NO_RECORD]


def _rules() -> Iterator[Rule]:
    for topic in _topics():
        dates = [field.name for field in topic.entered_fields if isinstance(field, DateVariable)]
        for field in topic.entered_fields:
            yield from _of_field(topic.code, field)
        for first, second in zip(dates, islice(dates, 1, None), strict=False):
            yield _in_order(topic.code, first, second)
        for name in dates:
            yield _after_death(topic.code, name)
        if any(field.name == "grade_reported" for field in topic.fields):
            yield _differs(topic.code)


def _of_field(topic: str, field: VariableField) -> Iterator[Rule]:
    if field.variable and field.variable.plausible:
        low, high = field.variable.plausible
        yield lambda rows: sum(
            1 for row in rows[topic] if (value := getattr(row, field.name)) is not None and not low <= value <= high
        )
    yield lambda rows: sum(
        1 for row in rows[topic] if getattr(row, field.attname) is None and field.name not in row.missing
    )


def _in_order(topic: str, first: str, second: str) -> Rule:
    return lambda rows: sum(
        1 for row in rows[topic] if (a := getattr(row, first)) and (b := getattr(row, second)) and b < a
    )


def _after_death(topic: str, name: str) -> Rule:
    def rule(rows: Rows) -> int:
        died: dt.date | None = next((death.died_on for death in rows[_code(Death)]), None)
        contact = next((entry.last_contact_on for entry in rows[_code(FollowUp)]), None)
        days = [day for row in rows[topic] if (day := getattr(row, name))]
        return sum(1 for day in days if (died and day > died) or (contact and day > contact))

    return rule


def _differs(topic: str) -> Rule:
    return lambda rows: sum(
        1
        for row in rows[topic]
        if None not in (row.grade_reported, row.grade_computed) and row.grade_reported != row.grade_computed
    )


def _code(model: Any) -> str:
    return next(topic.code for topic in topics() if topic.model is model)
