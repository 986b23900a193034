"""Is the role a process works under as weak as it must be? Walls in the database hold only against such roles.

A process that serves people refuses to start, and to open any later connection, under a role that is not.
"""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

logger = logging.getLogger(__name__)
SERVING = frozenset({"web", "worker"})
# The last column: could this role become, by SET ROLE, one that no wall holds?
QUESTION = """
SELECT r.rolname, r.rolsuper, r.rolbypassrls,
       EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
               AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND pg_has_role(r.oid, c.relowner, 'USAGE')),
       EXISTS (SELECT FROM pg_roles o WHERE (o.rolsuper OR o.rolbypassrls) AND o.oid <> r.oid
               AND pg_has_role(r.oid, o.oid, 'MEMBER'))
FROM pg_roles r WHERE r.rolname = {who}
"""


class RoleTooStrong(ImproperlyConfigured):
    """The database role of this process could pass the walls between sites. The message says why and what to do."""


def role_faults(connection: BaseDatabaseWrapper) -> list[str]:
    """What the present role has too much of: superuser, the right to pass row-level security, tables of its own."""
    name, is_superuser, passes_walls, owns_tables, becomes_strong = _answer(connection, "current_user")
    found = (
        (is_superuser, "is a superuser"),
        (passes_walls, "bypasses row-level security"),
        (owns_tables and not is_superuser, "owns tables"),
        (becomes_strong and not is_superuser, "may become a role that bypasses row-level security"),
    )
    return [f"the database role {name} {words}" for fault, words in found if fault]


def login_faults(connection: BaseDatabaseWrapper) -> list[str]:
    """What the login has too much of, which a process could step back into after it has switched to its role."""
    name, is_superuser, passes_walls, *_ = _answer(connection, "session_user")
    return [f"the login {name} is a superuser or bypasses row-level security"] if is_superuser or passes_walls else []


def _answer(connection: BaseDatabaseWrapper, who: str) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(QUESTION.format(who=who))
        answer: tuple[Any, ...] = cursor.fetchone()
    return answer


def refuse_strong_role(sender: Any, connection: BaseDatabaseWrapper, **signal: Any) -> None:
    """Close a new connection of a serving process, and raise RoleTooStrong, if a wall would not hold its role.

    A demonstration holds simulated cases alone; it may sign in as a superuser and switch to its role.
    """
    if settings.QUELL_PROCESS not in SERVING:
        return
    faults = role_faults(connection) or ([] if settings.QUELL_DEMO else login_faults(connection))
    if faults:
        connection.close()
        raise RoleTooStrong(
            f"Quell does not serve people like this: {'; '.join(faults)}. Row-level security would not hold. Set "
            "DATABASE_URL and DATABASE_URL_WORKER to the logins quell_web and quell_worker as `manage.py "
            "setup_database` creates them (docs/running.md)."
        )


def require_weak_role() -> None:
    """Open and close a connection at start, so that a role too strong stops the process before it serves anybody."""
    if settings.QUELL_PROCESS not in SERVING:
        return
    try:
        connection.ensure_connection()
    except OperationalError:
        logger.warning("The database does not answer yet; its role will be looked at with the first connection.")
    finally:
        connection.close()
