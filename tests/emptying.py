"""Empties the tables after a test with real transactions, of what that test has left and nothing else."""

from __future__ import annotations

from typing import Any, Final

import psycopg
from django.db import connections
from django.test import TransactionTestCase

from config.addresses import psycopg_params
from config.database import roles
from config.settings.databases import QUELL_EMBEDDED, database_address

# What migrations write anew after a flush is kept instead.
KEPT: Final = {"auth_permission", "django_content_type"}
# For large tables emptying at one stroke is cheaper than row by row, and leaves no dead rows behind.
LARGE_BYTES: Final = 2_000_000
# No trigger fires, so that neither the audit nor a foreign key asks about a row that goes like all others.
EMPTY: Final = """
DO $$
DECLARE
    one text;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOREACH one IN ARRAY {tables}::text[] LOOP
        IF pg_relation_size(quote_ident(one)::regclass) > {large} THEN
            EXECUTE format('TRUNCATE %I CASCADE', one);
        ELSE
            EXECUTE format('DELETE FROM ONLY %I', one);
        END IF;
    END LOOP;
END $$
"""


def empty_after_transactions() -> None:
    """Let tests with real transactions empty the tables afterwards, which the web role may not.

    Django's own way truncates every table and runs all that follows a migration; on the embedded server its superuser
    deletes the rows that are there, in a twentieth of the time. On a server that is given, the owner does it Django's
    way.
    """
    teardown = _as_superuser if QUELL_EMBEDDED else _as_owner(TransactionTestCase._fixture_teardown)
    TransactionTestCase._fixture_teardown = teardown


def _as_superuser(test: TransactionTestCase) -> None:
    tables = "ARRAY[" + ", ".join(f"'{name}'" for name in _tables()) + "]"
    address = database_address("admin").at(connections["default"].settings_dict["NAME"])
    with psycopg.connect(**psycopg_params(address), autocommit=True) as connection:
        connection.execute(EMPTY.format(tables=tables, large=LARGE_BYTES))


def _tables() -> list[str]:
    introspection = connections["default"].introspection
    return sorted(set(introspection.django_table_names(include_views=False)) - KEPT)


def _as_owner(plain: Any) -> Any:
    def teardown(test: TransactionTestCase) -> None:
        with connections["default"].cursor() as cursor:
            cursor.execute(f"SET ROLE {roles.OWNER}")
        try:
            plain(test)
        finally:
            with connections["default"].cursor() as cursor:
                cursor.execute(f"SET ROLE {roles.WEB}")

    return teardown
