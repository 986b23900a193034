"""Rows of the record as texts of JSON, which the database writes: nothing is read into objects and encoded anew.

Rows are looked up key by key through an index, at most one statement a topic, however many rows are wanted. Asked for
a list of keys at once, the database believes that the sites of row-level security narrow a table more than they do.
"""

# ruff: noqa: S608 -- names in the statements come from the declarations, values are parameters

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet, UUIDField
from django.db.models.expressions import RawSQL

from registry.metadata import Topic
from registry.selectors.record_columns import chosen_names, row_columns

EACH_KEY = RawSQL("wanted.key", (), output_field=UUIDField())


@dataclass(frozen=True)
class RowText:
    """One row: the key by which it was looked up, its own, its version, and the whole of it as JSON."""

    wanted: UUID
    id: UUID
    version: int
    text: str


def rows_told(user: Any, topic: Topic, keys: Collection[UUID], names: Iterable[str] = ()) -> list[RowText]:
    """Return the rows with these keys that the person may see, in the order of the keys; only some names if given."""
    rows = topic.model._default_manager.visible_to(user).filter(pk=EACH_KEY).order_by()
    found = {row.id: row for row in _told(topic, rows, keys, chosen_names(topic, tuple(names)))}
    return [found[key] for key in keys if key in found]


def row_told(user: Any, topic: Topic, key: UUID) -> RowText | None:
    """Return one row as it is now; None where there is none or the person may not see it."""
    return next(iter(rows_told(user, topic, [key])), None)


def rows_below(user: Any, topic: Topic, parents: Collection[UUID]) -> list[RowText]:
    """Return the rows of a topic below these rows of its parent; those of one parent in their own order."""
    rows = topic.model._default_manager.visible_to(user).filter(**{topic.parent: EACH_KEY})
    return _told(topic, rows.order_by(*topic.key, "pk"), parents, chosen_names(topic, ()))


def _told(topic: Topic, rows: QuerySet[Any], keys: Collection[UUID], names: tuple[str, ...]) -> list[RowText]:
    columns = row_columns(topic)
    try:
        sql, parameters = rows.values_list(*(columns[name] for name in names)).query.sql_with_params()
    except EmptyResultSet:
        return []
    listed = ", ".join(f'"{name}"' for name in names)
    # OFFSET 0 keeps the look-up key by key as it stands.
    each = f"unnest(%s::uuid[]) AS wanted(key) CROSS JOIN LATERAL ({sql} OFFSET 0) AS r({listed})"
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT wanted.key, r."id", r."version", row_to_json(r)::text FROM {each}', [list(keys), *parameters]
        )
        return [RowText(*row) for row in cursor.fetchall()]
