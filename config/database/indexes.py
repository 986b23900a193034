"""Indexes that every table of events has, made after each `migrate` so that a new table cannot be without them."""

from __future__ import annotations

from django.db import connections

from config.database.grants import event_tables

# By time for the search of the audit trail; the few deletions for the rows that a case once had.
WANTED = {
    "when": "(pgh_created_at)",
    "gone": "(pgh_obj_id) WHERE pgh_label = 'delete'",
}
LONGEST_NAME = 63


def refresh_event_indexes(using: str = "default") -> None:
    """Make the indexes that are missing."""
    with connections[using].cursor() as cursor:
        tables = event_tables() & set(connections[using].introspection.table_names(cursor))
        cursor.execute("SELECT indexname FROM pg_indexes WHERE schemaname = 'public'")
        there = {name for (name,) in cursor.fetchall()}
        for table in sorted(tables):
            for ending, columns in WANTED.items():
                name = f"{table[: LONGEST_NAME - len(ending) - 1]}_{ending}"
                if name not in there:
                    cursor.execute(f'CREATE INDEX "{name}" ON "{table}" {columns}')
