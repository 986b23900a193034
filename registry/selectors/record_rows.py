"""Rows of the record as texts of JSON, which the database writes: nothing is read into objects and encoded anew.

Rows are looked up key by key through an index, at most one statement a topic, however many rows are wanted. Asked for
a list of keys at once, the database believes that the sites of row-level security narrow a table more than they do.
"""

# ruff: noqa: S611 -- names in the statements come from the declarations, values are parameters

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, Expression, QuerySet, TextField, UUIDField
from django.db.models.expressions import RawSQL

from registry.metadata import Topic
from registry.selectors.record_columns import chosen_names, row_columns
from sites.access import visible_site_ids

EACH_KEY = RawSQL("wanted.key", (), output_field=UUIDField())
TOLD_ABOVE = {
    "site": RawSQL('wanted."site"', (), output_field=TextField()),
    "case": RawSQL('wanted."case"', (), output_field=TextField()),
    "patient": RawSQL('wanted."patient"', (), output_field=UUIDField()),
}
# Stands among the parameters of a kept statement where the sites of the person who asks come in.
SITES: Final = "the sites of whoever asks"
# People choose names as they like: so many of their choices are kept.
KEPT = 256
Statement: TypeAlias = tuple[str, tuple[Any, ...]]


class Head(NamedTuple):
    """Where a row belongs, which is the same for all rows of its case: the code of the site, the case, the patient."""

    site: str
    case: str
    patient: str


class RowText(NamedTuple):
    """One row: its key, its version, and the whole of it as JSON."""

    id: UUID
    version: int
    text: str


class RowBelow(NamedTuple):
    """One row of many: the key of the row above it and its own, as texts, and the whole of it as JSON."""

    above: str
    id: str
    text: str


def rows_told(user: Any, topic: Topic, keys: Collection[UUID], names: Iterable[str] = ()) -> list[RowText]:
    """Return the rows with these keys that the person may see, in the order of the keys; only some names if given."""
    chosen = chosen_names(topic, tuple(names))
    rows = _told(_by_key(topic, chosen), [list(keys)], visible_site_ids(user))
    found = {row.id: row for row in map(RowText._make, rows)}
    return [found[key] for key in keys if key in found]


def row_told(user: Any, topic: Topic, key: UUID) -> RowText | None:
    """Return one row as it is now; None where there is none or the person may not see it."""
    return next(iter(rows_told(user, topic, [key])), None)


def rows_below(sites: Collection[UUID], topic: Topic, above: Mapping[str, Head]) -> list[RowBelow]:
    """Return the rows of a topic below these rows of its parent, at these sites; those of one parent in their order."""
    heads = above.values()
    told_above = [[head.site for head in heads], [head.case for head in heads], [head.patient for head in heads]]
    return [RowBelow._make(row) for row in _told(_by_parent(topic), [list(above), *told_above], sites)]


def _told(statement: Statement, wanted: list[list[Any]], sites: Collection[UUID]) -> list[Any]:
    sql, parameters = statement
    given = [sorted(sites) if value is SITES else value for value in parameters]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*wanted, *given])
        return cursor.fetchall()


@lru_cache(maxsize=KEPT)
def _by_key(topic: Topic, names: tuple[str, ...]) -> Statement:
    rows, columns = topic.model._default_manager.filter(pk=EACH_KEY), row_columns(topic)
    chosen = {name: columns[name] for name in names}
    sql, parameters = _statement(topic, rows.order_by(), chosen, "unnest(%s::uuid[]) AS wanted(key)")
    return f'SELECT r."id", r."version", {sql}', parameters


@cache
def _by_parent(topic: Topic) -> Statement:
    rows = topic.model._default_manager.filter(**{topic.parent: EACH_KEY})
    # Where a row belongs is told of the one above it already: nothing is joined to look it up for each.
    wanted = 'unnest(%s::uuid[], %s::text[], %s::text[], %s::uuid[]) AS wanted(key, "site", "case", "patient")'
    sql, parameters = _statement(topic, rows.order_by(*topic.key, "pk"), {**row_columns(topic), **TOLD_ABOVE}, wanted)
    return f'SELECT wanted.key::text, r."id"::text, {sql}', parameters


def _statement(topic: Topic, rows: QuerySet[Any], columns: Mapping[str, Expression], wanted: str) -> Statement:
    """Return the end of a statement and its parameters: to put it together takes longer than to answer it."""
    table = topic.model._meta.db_table
    at_sites = RawSQL(f'"{table}"."site_id" = ANY (%s::uuid[])', (SITES,), output_field=BooleanField())
    sql, parameters = rows.filter(at_sites).values_list(*columns.values()).query.sql_with_params()
    listed = ", ".join(f'"{name}"' for name in columns)
    # OFFSET 0 keeps the look-up key by key as it stands.
    return f"row_to_json(r)::text FROM {wanted} CROSS JOIN LATERAL ({sql} OFFSET 0) AS r({listed})", parameters
