"""Staging: the rows of a file in a temporary table of the topic's own types, loaded by COPY.

A temporary table lives in its transaction, so a file that is only checked leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from registry.metadata import DateVariable, Topic
from registry.metadata.fields import VariableField

ANALYZED_FROM = 1000

# (row number, is refused, missing reasons as JSON or None, values as database text ...)
StageRow = Sequence[Any]


@dataclass(frozen=True)
class StageColumn:
    """One column of a staging table: the file's column, the type of its field, and whether it is a precision."""

    name: str
    db_type: str
    field: VariableField
    is_precision: bool = False


def stage_columns(topic: Topic) -> tuple[StageColumn, ...]:
    """Return the staging columns of a topic's file in the order in which `StageRow` carries their values."""
    found: list[StageColumn] = []
    for name, field in file_fields(topic).items():
        found.append(StageColumn(name, _type(field), field))
        if isinstance(field, DateVariable) and field.partial:
            found.append(StageColumn(f"{name}_precision", "varchar(5)", field, is_precision=True))
    return tuple(found)


def file_fields(topic: Topic) -> dict[str, VariableField]:
    """Return column -> declared field of the topic's file, the keys of the ancestors first."""
    owners = {name: owner for owner in (*topic.ancestors, topic) for name in owner.key}
    return {name: owners.get(name, topic).model._meta.get_field(name) for name in topic.columns}  # type: ignore[misc]


def stage_table(topic: Topic) -> str:
    """Return the name of the topic's staging table."""
    return f"stage_{topic.code}"


def stage_rows(topic: Topic, rows: Iterable[StageRow]) -> None:
    """Make the staging table of a topic anew and load the rows into it."""
    columns = stage_columns(topic)
    declared = ", ".join(f'"{column.name}" {column.db_type}' for column in columns)
    names = ", ".join(f'"{column.name}"' for column in columns)
    table = stage_table(topic)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {table}")
        cursor.execute(
            f"CREATE TEMP TABLE {table} (row_no integer NOT NULL, is_refused boolean NOT NULL, missing jsonb,"
            f" {declared}) ON COMMIT DROP"
        )
        with cursor.copy(f"COPY {table} (row_no, is_refused, missing, {names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        # Without figures the planner takes a large file for a small one; a small one is none the worse for it.
        if cursor.rowcount > ANALYZED_FROM:
            cursor.execute(f"ANALYZE {table}")


def has_stage(topic: Topic) -> bool:
    """Tell whether the topic was staged in this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f"pg_temp.{stage_table(topic)}"])
        return bool(cursor.fetchone()[0])


def drop_stages(topics: Iterable[Topic]) -> None:
    """Remove the staging tables, so that the next batch in the same transaction does not see these rows."""
    with connection.cursor() as cursor:
        for topic in topics:
            cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{stage_table(topic)}, pg_temp.merge_{topic.code}")


def _type(field: VariableField) -> str:
    target = getattr(field, "target_field", None) or field
    return str(target.db_type(connection))
