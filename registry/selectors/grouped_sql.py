"""Counting what a queryset finds in one statement, each of its columns computed once."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import QuerySet


def counted(rows: QuerySet[Any], statement: str) -> list[tuple[Any, ...]]:
    """Return what a statement makes of `g`, the rows that a queryset of `values()` finds.

    Without MATERIALIZED the database would put the columns, subqueries and all, in every place that names them.
    """
    found, parameters = rows.order_by().query.get_compiler(connection=connection).as_sql()
    with connection.cursor() as cursor:
        cursor.execute(f"WITH g AS MATERIALIZED ({found}) {statement}", parameters)
        return cursor.fetchall()
