"""Taking back "none occurred" where there are rows after all; every way of writing rows comes through here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from registry.metadata import topic_named
from registry.models import NoneOccurred


def withdraw_where_rows_are(patient_ids: Sequence[UUID], topics: Collection[str] | None) -> None:
    """Take back the answers of cases that have rows of the topic after all."""
    answers = NoneOccurred.objects.filter(patient__in=patient_ids)
    if topics is not None:
        answers = answers.filter(topic__in=topics)
    for topic in {answer.topic for answer in answers}:
        answers.filter(topic=topic, patient__in=patients_with_rows(topic, patient_ids)).delete()


def patients_with_rows(topic: str, patient_ids: Sequence[UUID]) -> set[UUID]:
    """Return those of the patients that have a row of the topic."""
    found = topic_named(topic)
    path = found.path_to("patient")
    return set(found.model._default_manager.filter(**{f"{path}__in": patient_ids}).values_list(path, flat=True))
