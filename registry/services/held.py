"""Which cases hold a form as it is, so that many rows can be written without those that would be refused."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import connection

from registry.metadata import Topic
from registry.services.lock_sql import NO_REASON, is_locked


def held_cases(topic: Topic, patient_ids: Collection[UUID]) -> set[UUID]:
    """Return those cases whose form of a topic is locked, or was completed where no reason is given; one query.

    It only sorts the cases: the database itself refuses, and says why.
    """
    if not patient_ids:
        return set()
    locked = is_locked(topic, patient="p.id", site="p.site_id")
    completed = (
        f"EXISTS (SELECT FROM public.registry_formstatus f WHERE f.patient_id = p.id AND f.topic = '{topic.code}')"
    )
    sql = (
        "SELECT p.id FROM public.registry_patient p"
        f" WHERE p.id = ANY (%s) AND ({locked} OR ({NO_REASON} AND {completed}))"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(patient_ids)])
        return {key for (key,) in cursor.fetchall()}
