"""How many rows, patients and sites of eligible cases each table has: what the written tables must come to."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from django.db.backends.utils import CursorWrapper
from psycopg import sql

from exports.freeze.facts import Counts
from exports.freeze.queries import Cases, table_of, way_up
from exports.freeze.tables import ReleasedTable
from registry.metadata import Topic

Counted = list[tuple[ReleasedTable, Counts]]


def count_tables(cursor: CursorWrapper, tables: Sequence[ReleasedTable], cases: Cases) -> Counted:
    """Count every table in one query of the snapshot, in which the cases are chosen once."""
    each = sql.SQL(" UNION ALL ").join(_count(number, table.topic) for number, table in enumerate(tables))
    query = sql.SQL("WITH cases AS MATERIALIZED ({}) {}").format(sql.SQL(cases.text), each)
    cursor.execute(query, cases.parameters)
    return [(tables[number], Counts(*counts)) for number, *counts in sorted(cursor.fetchall())]


def _count(number: int, topic: Topic) -> sql.Composed:
    return sql.SQL(
        "SELECT {}, coalesce(sum(n), 0)::bigint, count(*), count(DISTINCT site_id)"
        " FROM ({}) AS counted JOIN cases ON cases.id = counted.up"
    ).format(sql.Literal(number), _per_patient(topic))


def _per_patient(topic: Topic) -> sql.Composed:
    """Return rows per patient, counted per parent at each step up: there are far fewer parents than rows."""
    steps = list(way_up(topic))
    if not steps:
        return sql.SQL("SELECT id AS up, 1 AS n FROM {}").format(table_of(topic))
    counted = sql.SQL("SELECT {} AS up, count(*) AS n FROM {} GROUP BY 1").format(steps[0][0], table_of(topic))
    for (_column, below), (column, _above) in pairwise(steps):
        counted = sql.SQL(
            "SELECT {} AS up, sum(n) AS n FROM ({}) AS below JOIN {} AS row ON row.id = below.up GROUP BY 1"
        ).format(sql.SQL("row.{}").format(column), counted, table_of(below))
    return counted
