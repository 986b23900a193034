"""The walls of the platform in the database: who the tests run as, and what each role cannot do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection, connections

from config.database import roles
from config.database.grants import event_tables
from config.database.setup import printed_sql, set_up
from config.database.standing import role_faults
from config.settings.databases import QUELL_EMBEDDED, database_address
from registry.metadata import exportable_columns
from tests.database import drop_database

pytestmark = pytest.mark.django_db


def rows(statement: str, *parameters: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def may(role: str, table: str, right: str) -> bool:
    return rows("SELECT has_table_privilege(%s, %s::regclass, %s)", role, f'"{table}"', right)[0][0]


def test_tests_run_as_the_web_role_which_is_no_superuser_and_owns_nothing():
    assert rows("SELECT current_user") == [(roles.WEB,)]
    assert role_faults(connection) == []


def test_a_role_with_too_many_rights_is_found_out():
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {roles.OWNER}")
        assert role_faults(connection) == ["the database role quell_owner owns tables"]


def test_every_table_belongs_to_the_owner_and_none_to_a_role_that_serves_people():
    owners = rows("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
    assert owners == [(roles.OWNER,)]


def test_there_is_history_to_protect():
    assert len(event_tables()) > 20


@pytest.mark.parametrize("role", [roles.WEB, roles.WORKER])
def test_history_can_be_written_and_read_but_never_changed_or_removed(role: str):
    for table in event_tables():
        assert may(role, table, "SELECT")
        assert may(role, table, "INSERT")
        assert not any(may(role, table, right) for right in ("UPDATE", "DELETE", "TRUNCATE")), table


@pytest.mark.parametrize("role", [roles.WEB, roles.WORKER])
def test_records_can_be_worked_on_but_no_table_emptied_and_no_migration_forged(role: str):
    for table in connection.introspection.table_names():
        assert may(role, table, "SELECT"), table
        assert not may(role, table, "TRUNCATE"), table
    assert may(role, "registry_patient", "UPDATE")
    assert not may(role, "django_migrations", "INSERT")
    assert not may(role, "pghistory_context", "UPDATE")


def test_the_export_role_reads_the_exportable_columns_and_not_one_more():
    readable = rows(
        "SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') AND a.attnum > 0"
        " AND NOT a.attisdropped AND has_column_privilege(%s, c.oid, a.attnum, 'SELECT')",
        roles.EXPORT,
    )
    assert set(readable) == {(table, name) for table, names in exportable_columns().items() for name in names}


def test_nobody_can_switch_the_audit_off_from_a_session():
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pgtrigger.ignore', '{any_trigger}', true)")
    assert rows("SELECT _pgtrigger_should_ignore('any_trigger')") == [(False,)]


def test_no_shared_audit_context_is_written():
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pghistory.context_id', gen_random_uuid()::text, true)")
        cursor.execute("SELECT set_config('pghistory.context_metadata', '{}', true)")
    assert rows("SELECT _pgh_attach_context()") == [(None,)]


def test_the_schema_needs_no_extension_that_a_hospital_would_have_to_install():
    assert rows("SELECT extname FROM pg_extension") == [("plpgsql",)]


@pytest.fixture
def other_database() -> Iterator[str]:
    name = f"{connections['default'].settings_dict['NAME']}_other"
    yield name
    drop_database(roles.broker_database(name), roles.BROKER)
    drop_database(name)


def _admin():
    return database_address("admin" if QUELL_EMBEDDED else "owner")


def test_setting_up_twice_changes_nothing_and_hands_the_database_to_its_owner(other_database: str):
    for _ in range(2):
        set_up(_admin(), other_database, broker_login=roles.BROKER)
    owned = "SELECT datname::text, pg_get_userbyid(datdba)::text FROM pg_database"
    assert rows(f"{owned} WHERE starts_with(datname, %s) ORDER BY 1", other_database) == [
        (other_database, roles.OWNER),
        (f"{other_database}_broker", roles.BROKER),
    ]


def test_the_printed_sql_creates_each_role_and_both_databases(other_database: str):
    script = printed_sql(other_database, "hospital")
    assert all(f"CREATE ROLE {role.name} " in script for role in roles.ROLES)
    assert f'CREATE DATABASE "{other_database}" OWNER quell_owner' in script
    assert 'GRANT quell_web TO "hospital";' in script
