"""Empties the database after a test with real transactions: only the tables that the test filled, not all of them.

`TRUNCATE` makes some nine hundred files anew, whatever they held, and `flush` then writes all permissions again: half a
second of computing for a test that left ten rows. Here the rows are deleted and the pages given back by `VACUUM`, so
that the planner takes the tables for small afterwards, as it does those of a database just made. Only a superuser may
pass the walls and the triggers; where the server of the tests gives none, everything goes the plain way.
"""

from __future__ import annotations

import psycopg
from django.db import connections
from django.test import TransactionTestCase

from config.addresses import psycopg_params
from config.database import roles
from config.settings.databases import QUELL_EMBEDDED, database_address

# Whoever still writes for the test that has ended is waited for: what comes later would be found by the next test.
PATIENCE = "SET LOCAL lock_timeout = '10s'; SET LOCAL session_replication_role = replica"
HOLDING_PAGES = """
SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relname = ANY(%s) AND pg_relation_size(oid) > 0
"""
SUPERUSER = "SELECT rolsuper FROM pg_roles WHERE rolname = session_user"
# From PostgreSQL 18 on, a table can be made to look as one that was never filled, as TRUNCATE leaves it.
FORGETTING = "SELECT to_regprocedure('pg_clear_relation_stats(text, text)') IS NOT NULL"
FORGET = "SELECT pg_clear_relation_stats('public', name) FROM unnest(%s::text[]) AS name"
# What is left of each table when a database was emptied the plain way: content types and permissions.
_standing: dict[str, dict[str, str]] = {}
plain_teardown = TransactionTestCase._fixture_teardown


def empty_after_tests() -> None:
    """Have tests with real transactions empty the tables afterwards, which the web role may not."""
    TransactionTestCase._fixture_teardown = empty


def empty(test: TransactionTestCase) -> None:
    """Leave the database as it was before the test: no rows, but for content types and permissions."""
    name = connections["default"].settings_dict["NAME"]
    admin = database_address("admin" if QUELL_EMBEDDED else "owner").at(name)
    with psycopg.connect(**psycopg_params(admin), autocommit=True) as connection:
        if _is_known(connection, name) and not _asks_for_more(test) and _emptied(connection, _standing[name]):
            return
        _as_owner(test)
        if _answer(connection, SUPERUSER):
            _standing[name] = _digests(connection)


def _asks_for_more(test: TransactionTestCase) -> bool:
    return bool(test.available_apps is not None or test.serialized_rollback or test.reset_sequences)


def _is_known(connection: psycopg.Connection, name: str) -> bool:
    """Tell whether the tables that stay are as they were; if a test has changed them, they are to be made anew."""
    return name in _standing and all(_digest(connection, table) == was for table, was in _standing[name].items())


def _emptied(connection: psycopg.Connection, standing: dict[str, str]) -> bool:
    tables = [table for table in _tables() if table not in standing]
    try:
        filled = _delete(connection, tables)
    except psycopg.OperationalError:
        # Somebody holds a row for longer than we wait.
        return False
    if filled:
        connection.execute(f"VACUUM {_listed(filled)}".encode())
        if _answer(connection, FORGETTING):
            connection.execute(FORGET, [filled])
    return True


def _delete(connection: psycopg.Connection, tables: list[str]) -> list[str]:
    with connection.transaction():
        connection.execute(PATIENCE)
        connection.execute(f"LOCK TABLE {_listed(tables)} IN SHARE ROW EXCLUSIVE MODE".encode())
        filled = [name for (name,) in connection.execute(HOLDING_PAGES, [tables])]
        connection.execute("; ".join(f'DELETE FROM "{table}"' for table in filled).encode())
    return filled


def _as_owner(test: TransactionTestCase) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute(f"SET ROLE {roles.OWNER}")
    try:
        plain_teardown(test)
    finally:
        with connections["default"].cursor() as cursor:
            cursor.execute(f"SET ROLE {roles.WEB}")


def _tables() -> list[str]:
    return connections["default"].introspection.django_table_names(only_existing=True, include_views=False)


def _digests(connection: psycopg.Connection) -> dict[str, str]:
    found = {table: _digest(connection, table) for table in _tables()}
    return {table: digest for table, digest in found.items() if digest}


def _digest(connection: psycopg.Connection, table: str) -> str:
    return _answer(connection, f'SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{table}" AS t') or ""


def _answer(connection: psycopg.Connection, question: str) -> str:
    row = connection.execute(question.encode()).fetchone()
    return row[0] if row else ""


def _listed(tables: list[str]) -> str:
    return ", ".join(f'"{table}"' for table in tables)
