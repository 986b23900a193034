"""The hash of a whole case, which signatures are compared with: many cases in one statement."""

# ruff: noqa: S608 -- names in the statement come from the declarations, values are parameters

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from uuid import UUID

from django.db import connection

from registry.metadata import Topic
from registry.selectors.record_sql import rows_of, wanted_cases
from registry.selectors.status import form_topics


def record_hashes(patient_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return case -> SHA-256 of its canonical record, as a signature holds it, all cases in one statement."""
    if not patient_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_hash_sql(), {"cases": list(patient_ids)})
        return dict(cursor.fetchall())


@cache
def _hash_sql() -> str:
    rows = " UNION ALL ".join(_hashed(topic) for topic in form_topics())
    text = "string_agg(topic || ' ' || said, E'\\n' ORDER BY topic, row_id)"
    hashed = f"SELECT case_id, encode(sha256(convert_to({text}, 'UTF8')), 'hex') FROM ({rows}) rows GROUP BY case_id"
    return wanted_cases() + hashed


def _hashed(topic: Topic) -> str:
    found, patient = rows_of(topic)
    return (
        f"SELECT {patient} AS case_id, '{topic.code}' AS topic, r.id AS row_id,"
        f" jsonb_strip_nulls(to_jsonb(r))::text AS said FROM {found}"
    )
