"""Rows of the record as texts of JSON, which the database writes: nothing is read into objects and encoded anew.

Rows are looked up key by key through an index, at most one statement a topic, however many rows are wanted. Asked for
a list of keys at once, the database believes that the sites of row-level security narrow a table more than they do.
"""

# ruff: noqa: S608 -- names in the statements come from the declarations, values are parameters

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final, TypeAlias
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, QuerySet, UUIDField
from django.db.models.expressions import RawSQL

from registry.metadata import Topic
from registry.selectors.record_columns import chosen_names, row_columns
from sites.access import visible_site_ids

EACH_KEY = RawSQL("wanted.key", (), output_field=UUIDField())
# Stands among the parameters of a kept statement where the sites of the person who asks come in.
SITES: Final = "the sites of whoever asks"
# People choose names as they like: so many of their choices are kept.
KEPT = 256
Statement: TypeAlias = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True)
class RowText:
    """One row: the key by which it was looked up, its own, its version, and the whole of it as JSON."""

    wanted: UUID
    id: UUID
    version: int
    text: str


def rows_told(user: Any, topic: Topic, keys: Collection[UUID], names: Iterable[str] = ()) -> list[RowText]:
    """Return the rows with these keys that the person may see, in the order of the keys; only some names if given."""
    chosen = chosen_names(topic, tuple(names))
    found = {row.id: row for row in _told(_by_key(topic, chosen), keys, visible_site_ids(user))}
    return [found[key] for key in keys if key in found]


def row_told(user: Any, topic: Topic, key: UUID) -> RowText | None:
    """Return one row as it is now; None where there is none or the person may not see it."""
    return next(iter(rows_told(user, topic, [key])), None)


def rows_below(sites: Collection[UUID], topic: Topic, parents: Collection[UUID]) -> list[RowText]:
    """Return the rows of a topic below these rows of its parent, at these sites; those of one parent in their order."""
    return _told(_by_parent(topic), parents, sites)


def _told(statement: Statement, keys: Collection[UUID], sites: Collection[UUID]) -> list[RowText]:
    sql, parameters = statement
    given = [sorted(sites) if value is SITES else value for value in parameters]
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(keys), *given])
        return [RowText(*row) for row in cursor.fetchall()]


@lru_cache(maxsize=KEPT)
def _by_key(topic: Topic, names: tuple[str, ...]) -> Statement:
    return _statement(topic, topic.model._default_manager.filter(pk=EACH_KEY).order_by(), names)


@cache
def _by_parent(topic: Topic) -> Statement:
    rows = topic.model._default_manager.filter(**{topic.parent: EACH_KEY})
    return _statement(topic, rows.order_by(*topic.key, "pk"), chosen_names(topic, ()))


def _statement(topic: Topic, rows: QuerySet[Any], names: tuple[str, ...]) -> Statement:
    """Return the statement and its parameters behind the keys: it takes longer to put together than to answer."""
    columns, table = row_columns(topic), topic.model._meta.db_table
    at_sites = RawSQL(f'"{table}"."site_id" = ANY (%s::uuid[])', (SITES,), output_field=BooleanField())
    sql, parameters = rows.filter(at_sites).values_list(*(columns[name] for name in names)).query.sql_with_params()
    listed = ", ".join(f'"{name}"' for name in names)
    # OFFSET 0 keeps the look-up key by key as it stands.
    each = f"unnest(%s::uuid[]) AS wanted(key) CROSS JOIN LATERAL ({sql} OFFSET 0) AS r({listed})"
    return f'SELECT wanted.key, r."id", r."version", row_to_json(r)::text FROM {each}', parameters
