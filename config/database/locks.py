"""The triggers that keep locked rows and ask for reasons, set anew after every `migrate` for every topic there is."""

from __future__ import annotations

from django.db import connections


def refresh_locks(using: str = "default") -> None:
    """Put the guards on every clinical table, and on the locks and signatures themselves.

    A migration that stops before all tables stand leaves them to the next one.
    """
    from registry.metadata import topics
    from registry.services.lock_sql import KEEPERS, guard_statements

    found = list(topics())
    wanted = {"registry_signature", *(topic.model._meta.db_table for topic in found)}
    with connections[using].cursor() as cursor:
        if not wanted <= set(connections[using].introspection.table_names(cursor)):
            return
        for statement in (*KEEPERS, *(statement for topic in found for statement in guard_statements(topic))):
            cursor.execute(statement)
