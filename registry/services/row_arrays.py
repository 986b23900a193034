"""Many rows of a topic in one statement: each column travels as one array.

The statement stays as short for a thousand rows as for one, where a CASE for each row and column would not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.models import CheckConstraint


def update_rows(model: type[models.Model], records: Sequence[Any], names: Sequence[str]) -> None:
    """Write some fields of rows that are there, as the records hold them; IntegrityError for what cannot be stored."""
    columns = _columns(model, names)
    sets = ", ".join(f'"{column}" = v."{column}"' for column in columns)
    sql = f'UPDATE "{model._meta.db_table}" t SET {sets} FROM {_rows_as_table(columns)} WHERE t.id = v.id'
    with connection.cursor() as cursor:
        cursor.execute(sql, _arrays(columns, records))


def broken_constraints(model: type[models.Model], records: Sequence[Any]) -> dict[UUID, str]:
    """Return the key of each record that breaks a rule between its values, with the rule's name; one query for all."""
    rules = [rule for rule in model._meta.constraints if isinstance(rule, CheckConstraint)]
    if not rules or not records:
        return {}
    columns = _columns(model, [field.name for field in model._meta.concrete_fields])
    editor = connection.schema_editor()
    cases = " ".join(
        f"WHEN ({_of_rule(rule, model, editor)}) IS FALSE THEN {editor.quote_value(str(rule.name))}" for rule in rules
    )
    sql = f"SELECT id, broken FROM (SELECT id, CASE {cases} END AS broken FROM {_rows_as_table(columns)}) j"
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} WHERE broken IS NOT NULL", _arrays(columns, records))
        return dict(cursor.fetchall())


def _of_rule(rule: CheckConstraint, model: type[models.Model], editor: Any) -> str:
    return str(rule._get_check_sql(model, editor)).replace("%", "%%")


def _columns(model: type[models.Model], names: Iterable[str]) -> dict[str, Any]:
    """Return column -> field, the key first."""
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    return {str(field.column): field for field in [model._meta.pk, *fields]}


def _rows_as_table(columns: Mapping[str, Any]) -> str:
    types = ", ".join(f"%s::{_type(field)}[]" for field in columns.values())
    return f"unnest({types}) AS v({', '.join(chr(34) + column + chr(34) for column in columns)})"


def _type(field: Any) -> str:
    """Return the type of a column without its length, which the column itself sees to."""
    return str(field.db_type(connection)).partition("(")[0]


def _arrays(columns: Mapping[str, Any], records: Sequence[Any]) -> list[list[Any]]:
    return [
        [field.get_db_prep_save(getattr(record, field.attname), connection) for record in records]
        for field in columns.values()
    ]
