"""Who may do what to which table, set anew after every `migrate` by the owner of the tables."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence

from django.apps import apps
from django.db import connections
from django.db.backends.utils import CursorWrapper
from pghistory.models import Event

from config.database.roles import BACKUP, EXPORT, WEB, WORKER

WORKING = f"{WEB}, {WORKER}"
# Tables of the machinery that the application reads and never changes.
READ_ONLY = ("django_migrations", "pghistory_context")
# Lines are added here and never changed or removed.
ADD_ONLY = (
    "exports_download",
    "exports_policysetting",
    "exports_requestmessage",
    "exports_termsacceptance",
    "registry_checksetting",
    "study_sites_accesslog",
)
# The seal on the audit trail: made by the worker, read by the pages.
SEALS = ("study_sites_seal", "study_sites_sealcheck", "study_sites_sealedevent")


def refresh_grants(using: str = "default") -> None:
    """Give each role its rights on every table: all work on records, none on history, none on what stays inside.

    Needs the `quell_*` roles; a database without them (a developer's scratch) is left as it is.
    """
    with connections[using].cursor() as cursor:
        if not has_roles(cursor):
            return
        tables = set(connections[using].introspection.table_names(cursor))
        _grant_working(cursor)
        _narrow(cursor, tables)
        _grant_export(cursor, tables, _exportable_columns())


def has_roles(cursor: CursorWrapper) -> bool:
    """Do the roles of the application exist on this server?"""
    cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname IN (%s, %s, %s)", [WEB, WORKER, EXPORT])
    return bool(cursor.fetchone()[0] == 3)


def _grant_working(cursor: CursorWrapper) -> None:
    cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {WORKING}")
    cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {WORKING}")
    cursor.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {BACKUP}")


def _narrow(cursor: CursorWrapper, tables: set[str]) -> None:
    for table in sorted(tables & {*event_tables(), *ADD_ONLY, *SEALS}):
        # History is written by the triggers and read; the application's roles can never change or remove it.
        cursor.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON "{table}" FROM {WORKING}')
    for table in sorted(tables.intersection(SEALS)):
        cursor.execute(f'REVOKE INSERT ON "{table}" FROM {WEB}')
    for table in sorted(tables.intersection(READ_ONLY)):
        cursor.execute(f'REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON "{table}" FROM {WORKING}')


def event_tables() -> set[str]:
    """The tables that hold the history of changes."""
    return {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if issubclass(model, Event) and model._meta.managed and not model._meta.proxy
    }


def _grant_export(cursor: CursorWrapper, tables: set[str], columns: Mapping[str, Sequence[str]]) -> None:
    # Taken away first (column by column too: PostgreSQL does that with the table), so that a column which stops being
    # exportable stops being readable.
    cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {EXPORT}")
    for table in sorted(tables):
        if names := ", ".join(f'"{name}"' for name in columns.get(table, ())):
            cursor.execute(f'GRANT SELECT ({names}) ON "{table}" TO {EXPORT}')


def _exportable_columns() -> Mapping[str, Sequence[str]]:
    columns: Mapping[str, Sequence[str]] = importlib.import_module("registry.metadata").exportable_columns()
    return columns
