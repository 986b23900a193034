"""How many rows each topic of a case has, all topics in one statement."""

# ruff: noqa: S608 -- names in the statement come from the declarations, values are parameters

from __future__ import annotations

from functools import cache
from uuid import UUID

from django.db import connection

from registry.metadata import topic_named
from registry.selectors.record_sql import rows_of, wanted_cases


def row_counts(patient: UUID, topics: tuple[str, ...]) -> dict[str, int]:
    """Return topic -> how many rows of it the case has, for each of these topics."""
    with connection.cursor() as cursor:
        cursor.execute(_counting(topics), {"cases": [patient]})
        return dict(cursor.fetchall())


@cache
def _counting(topics: tuple[str, ...]) -> str:
    """Return the statement: written once, because the declarations do not change."""
    counts = (f"SELECT '{topic}', count(*) FROM {rows_of(topic_named(topic))[0]}" for topic in topics)
    return wanted_cases() + " UNION ALL ".join(counts)
