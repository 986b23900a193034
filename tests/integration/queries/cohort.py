"""The queries of the loaded demonstration, with each row called as people call it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.utils import timezone

from registry.metadata import Topic, topic_named
from registry.models import DataQuery, FormStatus, Patient, QueryState
from registry.selectors.status import form_topics
from sites.models import User


class Asked(NamedTuple):
    """One query: the case, the check, and the row in words that a reader of the files knows."""

    study_id: str
    check_code: str
    topic: str
    row: str


def row_words(topic: Topic, row: Any) -> str:
    """Name a row by the keys of those above it and its own: "course 1, anakinra 1, segment 2"."""
    steps = [topic, *reversed(topic.ancestors)]
    words: list[str] = []
    for step in steps[:-1]:
        words[:0] = [_key_words(name, getattr(row, name)) for name in step.key]
        row = getattr(row, step.parent or "")
    return ", ".join(filter(None, words)) or "-"


def _key_words(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return f"{name.removesuffix('_no')} {value}" if name.endswith("_no") else str(value)


def asked_of(queries: Iterable[DataQuery]) -> list[Asked]:
    """Return the queries in the order of cases and checks."""
    named: list[Asked] = []
    for query in queries:
        topic = topic_named(query.topic)
        row = topic.model._default_manager.get(pk=query.row_id)
        named.append(Asked(query.patient.study_id, query.check_code, query.topic, row_words(topic, row)))
    return sorted(named)


def standing() -> list[Asked]:
    """Return all queries that are not closed."""
    return asked_of(DataQuery.objects.exclude(state=QueryState.CLOSED).select_related("patient"))


def complete_every_form() -> None:
    """Say of every form of every case that it is complete."""
    person = User.objects.get(email="dana@quell.example")
    done = {"is_complete": True, "completed_at": timezone.now(), "completed_by": person}
    FormStatus.objects.bulk_create(
        FormStatus(site_id=patient.site_id, patient=patient, topic=topic.code, **done)
        for patient in Patient.objects.all()
        for topic in form_topics()
    )
