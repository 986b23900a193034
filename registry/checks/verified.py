"""Values that a person has checked against their source, for as long as they stay what they were then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from registry.checks.compiled import fingerprint_of
from registry.metadata import Topic, topic_named
from registry.models import DataQuery


def still_verified(queries: Iterable[DataQuery]) -> list[DataQuery]:
    """Return those of some verifications by hand whose value has not changed since, by one query a topic."""
    by_topic: defaultdict[str, list[DataQuery]] = defaultdict(list)
    for query in queries:
        by_topic[query.topic].append(query)
    return [query for code, found in by_topic.items() for query in _unchanged(topic_named(code), found)]


def _unchanged(topic: Topic, queries: Sequence[DataQuery]) -> list[DataQuery]:
    names = sorted({query.field for query in queries})
    prints = {f"print_{number}": fingerprint_of(topic, [name] if name else []) for number, name in enumerate(names)}
    rows = topic.model._default_manager.order_by().filter(pk__in={query.row_id for query in queries})
    now: dict[tuple[UUID, str], str] = {}
    for row, *found in rows.annotate(**prints).values_list("pk", *prints):
        now |= {(row, name): text for name, text in zip(names, found, strict=True)}
    return [query for query in queries if now.get((query.row_id, query.field)) == query.fingerprint]
