"""Entries that the registry adds to threads by itself, and queries about rows that are gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F

from registry.metadata import topic_named
from registry.models import DataQuery, QueryState, Resolution
from registry.services import query_sql as sql
from sites.context import current_context


def note(act: str, entries: Sequence[tuple[UUID, UUID, str]], values: Mapping[str, Any]) -> None:
    """Add an entry to the thread of each query (key, site, resolution): done by the registry after a person's change.

    Who changed the record and why is taken from the context.
    """
    if not entries:
        return
    context = current_context()
    actor = context.actor if context else None
    said = {
        "now": values["now"],
        "by": (actor.user or None) if actor else None,
        "text": (actor.reason if actor and actor.user else "")[:500],
        "act": act,
        "queries": [key for key, _site, _resolution in entries],
        "sites": [site for _key, site, _resolution in entries],
        "resolutions": [resolution for _key, _site, resolution in entries],
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.ENTRIES, said)


def close_orphans(patient_ids: Sequence[UUID], gone: set[UUID], values: Mapping[str, Any]) -> int:
    """Say of closed queries whose row is gone that it is, close those of persons about such rows, and count them."""
    if gone:
        DataQuery.objects.filter(pk__in=gone).update(resolution=Resolution.GONE)
    asked = DataQuery.objects.filter(check_code="", patient_id__in=patient_ids).exclude(state=QueryState.CLOSED)
    about = {key: (topic, row, site) for key, topic, row, site in asked.values_list("pk", "topic", "row_id", "site_id")}
    orphans = gone_among([(key, topic, row) for key, (topic, row, _site) in about.items()])
    if orphans:
        closed = {"state": QueryState.CLOSED, "resolution": Resolution.GONE, "closed_at": values["now"]}
        closed["version"] = F("version") + 1
        DataQuery.objects.filter(pk__in=orphans).update(**closed)
        note("CLOSED", [(key, about[key][2], Resolution.GONE.value) for key in orphans], values)
    return len(orphans)


def gone_among(queries: Sequence[tuple[UUID, str, UUID]]) -> set[UUID]:
    """Return the queries, given as (key, topic, row), whose row is not in the record any more."""
    by_topic: dict[str, dict[UUID, list[UUID]]] = {}
    for key, topic, row in queries:
        by_topic.setdefault(topic, {}).setdefault(row, []).append(key)
    gone: set[UUID] = set()
    for code, rows in by_topic.items():
        there = set(topic_named(code).model._default_manager.filter(pk__in=rows).values_list("pk", flat=True))
        gone.update(key for row, keys in rows.items() if row not in there for key in keys)
    return gone
