"""The database roles by name, and the SQL that creates them. They belong to the server, not to one database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

OWNER: Final = "quell_owner"
WEB: Final = "quell_web"
WORKER: Final = "quell_worker"
EXPORT: Final = "quell_export"
BACKUP: Final = "quell_backup"
BROKER: Final = "quell_broker"
SETUP: Final = "quell_setup"


@dataclass(frozen=True)
class DatabaseRole:
    """A role: its attributes and what it is for."""

    name: str
    attributes: str
    purpose: str


PLAIN = "NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOREPLICATION"
ROLES: Final = (
    DatabaseRole(OWNER, f"NOLOGIN CREATEDB {PLAIN}", "owns the tables; used by migrations, through SET ROLE"),
    DatabaseRole(WEB, f"LOGIN NOCREATEDB {PLAIN}", "the web processes"),
    DatabaseRole(WORKER, f"LOGIN NOCREATEDB {PLAIN}", "the Celery workers"),
    DatabaseRole(EXPORT, f"LOGIN NOCREATEDB {PLAIN}", "the freeze: reads the exportable columns and nothing else"),
    DatabaseRole(BROKER, f"LOGIN NOCREATEDB {PLAIN}", "owns the database of the embedded message broker"),
    DatabaseRole(
        SETUP, f"LOGIN NOINHERIT NOCREATEDB {PLAIN}", "signs in for set-up and tests and becomes one of these"
    ),
    DatabaseRole(BACKUP, "LOGIN NOCREATEDB NOSUPERUSER BYPASSRLS NOCREATEROLE NOREPLICATION", "reads all, for pg_dump"),
)
# What a login that is not itself one of the roles must be able to become.
SWITCHABLE: Final = (OWNER, WEB, WORKER, EXPORT, BROKER)
PROCESS_ROLES: Final = {"web": WEB, "worker": WORKER, "owner": OWNER, "export": EXPORT}


def role_statements() -> list[str]:
    """SQL that creates each missing role and the memberships of the set-up login. Running it again changes nothing."""
    # The owner may become the broker, or a set-up without superuser could not create the broker's database.
    return [*(_create(role) for role in ROLES), f"GRANT {BROKER} TO {OWNER};", *membership_statements(SETUP)]


def membership_statements(login: str) -> list[str]:
    """SQL that lets `login` become each of the working roles."""
    return [f'GRANT {role} TO "{login}";' for role in SWITCHABLE]


def _create(role: DatabaseRole) -> str:
    return (
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = '{role.name}') THEN "
        f"CREATE ROLE {role.name} {role.attributes}; END IF; END $$;  -- {role.purpose}"
    )


def database_statements(database: str) -> list[str]:
    """SQL, to run inside the application's database, that hands it to its owner and lets the roles in."""
    working = ", ".join((WEB, WORKER, EXPORT, BACKUP))
    return [
        f'ALTER DATABASE "{database}" OWNER TO {OWNER};',
        f"ALTER SCHEMA public OWNER TO {OWNER};",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC;",
        f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC;',
        f'GRANT CONNECT ON DATABASE "{database}" TO {SETUP}, {working};',
        f'GRANT TEMPORARY ON DATABASE "{database}" TO {WEB}, {WORKER};',
        f"GRANT USAGE ON SCHEMA public TO {working};",
        # Nothing is granted to web and worker in advance: a table without grants is closed, not open.
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT SELECT ON TABLES TO {BACKUP};",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT SELECT ON SEQUENCES TO {BACKUP};",
    ]


def broker_statements(database: str, login: str) -> list[str]:
    """SQL, for the owner of the broker's database, that closes it to all but the set-up and `login`."""
    admitted = [SETUP, *([login] if login not in {"", BROKER, SETUP} else [])]
    return [
        f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC;',
        *(f'GRANT CONNECT ON DATABASE "{database}" TO "{name}";' for name in admitted),
    ]


def broker_login_statements(database: str, login: str) -> list[str]:
    """SQL that makes `login` work as the broker's role whenever it connects to the broker's database.

    The pgmq client cannot switch roles by itself. A login may say this of itself; of another, only a superuser may.
    """
    if login in {"", BROKER}:
        return []
    return [f'ALTER ROLE "{login}" IN DATABASE "{database}" SET role = \'{BROKER}\';']


def create_database_statement(database: str, owner: str) -> str:
    """SQL that creates a UTF-8 database."""
    return f"CREATE DATABASE \"{database}\" OWNER {owner} TEMPLATE template0 ENCODING 'UTF8';"


def broker_database(database: str) -> str:
    """The name of the broker's own database, beside the application's."""
    return f"{database}_broker"
