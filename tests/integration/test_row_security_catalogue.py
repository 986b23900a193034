"""Nothing escapes the second wall: the catalogue of the database is read, not a list that somebody keeps."""

from __future__ import annotations

import pytest
from django.db import connection

from config.database import roles
from config.database.policies import (
    OUTSIDE,
    OWN_SITES,
    PAIR_WALL,
    WALL,
    refresh_policies,
    standing_walls,
    tables_with_a_site,
    wall_of,
)
from sites.audit import event_model_of
from tests.walls import as_owner

pytestmark = pytest.mark.django_db
# Functions that run with the rights of their owner instead of the caller's, each with the reason. There is none.
DEFINERS: dict[str, str] = {}
OURS = "NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(temp|toast)'"


def rows(statement: str, *parameters: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def names(statement: str, *parameters: object) -> set[str]:
    return {name for (name,) in rows(statement, *parameters)}


def walled() -> set[str]:
    with connection.cursor() as cursor:
        return set(tables_with_a_site(cursor))


def tables() -> set[str]:
    return names("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")


def test_every_table_is_behind_the_wall_or_stands_outside_for_a_reason():
    assert tables() - walled() - OUTSIDE.keys() == set(), "give it a site, or name it in config/database/policies.py"
    assert OUTSIDE.keys() - tables() == set()
    assert all(OUTSIDE.values())


def test_there_is_something_behind_the_wall():
    assert {"registry_patient", "registry_labresult", "registry_upload", "registry_uploadfinding"} <= walled()


def test_history_stands_where_its_table_stands():
    from registry.metadata import topics

    for topic in topics():
        assert {topic.model._meta.db_table, event_model_of(topic.model)._meta.db_table} <= walled()


def test_every_wall_is_on_binds_the_owner_and_has_its_policies_and_no_other():
    with connection.cursor() as cursor:
        standing = standing_walls(cursor)
    assert {table: standing[table] for table in walled()} == {
        table: (True, True, frozenset(wall_of(table))) for table in walled()
    }
    assert rows(
        "SELECT tablename, policyname FROM pg_policies WHERE tablename <> ALL(%s) OR policyname <> ALL(%s)",
        sorted(walled()),
        [policy.name for policy in {*WALL, *PAIR_WALL}],
    ) == []  # fmt: skip


def test_the_policies_speak_of_web_worker_and_export_and_raise_where_nothing_was_told():
    told = {role: policy.rows for policy in WALL for role in policy.roles}
    assert told == dict.fromkeys((roles.WEB, roles.WORKER, roles.EXPORT), OWN_SITES) | {roles.OWNER: "true"}
    # The second argument of current_setting would be "missing is fine".
    assert "current_setting('app.sites'::text)" in OWN_SITES


def test_no_row_can_be_without_a_site():
    loose = names(
        "SELECT table_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND column_name = 'site_id' AND is_nullable = 'YES'"
    )
    # History says what was; a row of it without a site would be refused by the policy.
    assert {table for table in loose & walled() if not table.endswith("event")} == set()


def test_nothing_outside_the_wall_hangs_on_a_row_behind_it():
    leaning = rows(
        "SELECT DISTINCT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint WHERE contype = 'f'"
        " AND connamespace = 'public'::regnamespace"
    )
    assert [(table, behind) for table, behind in leaning if behind in walled() and table not in walled()] == []


def test_nothing_is_granted_to_everybody():
    assert rows(
        f"SELECT c.relname, a.privilege_type FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,"
        f" aclexplode(c.relacl) a WHERE a.grantee = 0 AND n.nspname {OURS}"
    ) == []  # fmt: skip
    assert not rows("SELECT 1 FROM pg_attribute, aclexplode(attacl) a WHERE a.grantee = 0 AND attrelid >= 16384")


def test_views_see_what_their_reader_sees_and_nothing_keeps_a_copy_of_rows():
    relations = rows(
        "SELECT n.nspname, c.relname, c.relkind, coalesce(c.reloptions, '{}') FROM pg_class c"
        f" JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')"
        f" AND n.nspname {OURS}"
    )
    assert [row for row in relations if row[0] != "public" or row[2] in {"m", "f"}] == []
    assert [
        name for _, name, kind, options in relations if kind == "v" and "security_invoker=true" not in options
    ] == []


def test_functions_that_borrow_their_owners_rights_are_known_and_pin_their_search_path():
    found = rows(
        "SELECT p.proname, coalesce(array_to_string(p.proconfig, ' '), '') FROM pg_proc p"
        f" JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.prosecdef AND n.nspname {OURS}"
    )
    assert {name for name, _ in found} == DEFINERS.keys()
    assert [name for name, settings in found if "search_path=" not in settings] == []


def test_of_our_roles_only_the_backup_passes_row_level_security():
    assert names("SELECT rolname FROM pg_roles WHERE rolbypassrls AND rolname LIKE 'quell\\_%%'") == {roles.BACKUP}


def test_a_new_table_with_a_site_gets_its_wall_after_the_next_migrate_and_a_standing_one_is_left_alone():
    with as_owner() as cursor:
        cursor.execute("CREATE TABLE new_topic (id int, site_id uuid NOT NULL)")
        cursor.execute("DROP POLICY own_sites ON registry_patient")
        before = rows("SELECT oid FROM pg_policy WHERE polrelid = 'registry_labresult'::regclass ORDER BY 1")
        refresh_policies()
        after = rows("SELECT oid FROM pg_policy WHERE polrelid = 'registry_labresult'::regclass ORDER BY 1")
    with connection.cursor() as cursor:
        standing = standing_walls(cursor)
    assert standing["new_topic"] == standing["registry_patient"] == (True, True, frozenset(WALL))
    assert before == after != []
