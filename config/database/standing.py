"""Is the role a process works under as weak as it must be? Walls in the database hold only against such roles."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

QUESTION = """
SELECT r.rolname, r.rolsuper, r.rolbypassrls,
       EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid AND c.relkind IN ('r', 'p', 'v', 'm'))
FROM pg_roles r WHERE r.rolname = current_user
"""


def role_faults(connection: BaseDatabaseWrapper) -> list[str]:
    """What the present role has too much of: superuser, the right to pass row-level security, tables of its own."""
    with connection.cursor() as cursor:
        cursor.execute(QUESTION)
        name, is_superuser, passes_walls, owns_tables = cursor.fetchone()
    found = (
        (is_superuser, "is a superuser"),
        (passes_walls, "bypasses row-level security"),
        (owns_tables, "owns tables"),
    )
    return [f"the database role {name} {words}" for fault, words in found if fault]
