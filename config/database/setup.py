"""Creates roles, databases and the embedded broker, once, under a lock. Safe to run again and by two at once."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import psycopg
from pgmq.install import get_embedded_install_sql
from psycopg import sql

from config.addresses import Address, psycopg_params
from config.database import roles

logger = logging.getLogger(__name__)
# Any fixed number: whoever sets up roles on this server takes this lock first.
LOCK = 7_185_501


class SetupError(RuntimeError):
    """The database cannot be set up. The message says what is missing and how to get it."""


def set_up(
    admin: Address, database: str, *, passwords: Mapping[str, str] | None = None, broker_login: str | None = None
) -> None:
    """Create what is missing of roles and of `database`; with `broker_login`, also the embedded broker's database.

    `admin` signs in as a superuser, or as a login that an administrator has prepared with the printed SQL.
    Raises SetupError when something is missing that this login may not create.
    """
    with _locked(admin) as connection:
        if _is_superuser(connection):
            _run(connection, roles.role_statements())
            _set_passwords(connection, passwords or {})
        _require_roles(connection, admin.user)
        _ensure_database(connection, database, roles.OWNER)
        _hand_over(admin.at(database), roles.database_statements(database))
        if broker_login is not None:
            _ensure_broker(connection, admin, roles.broker_database(database), broker_login)


@contextmanager
def _locked(admin: Address) -> Iterator[psycopg.Connection]:
    try:
        connection = psycopg.connect(**psycopg_params(admin.at("postgres")), autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as error:
        raise SetupError(
            f"PostgreSQL at {admin.host}:{admin.port} does not answer as {admin.user or 'this user'}: "
            f"{str(error).strip().splitlines()[-1]}"
        ) from None
    with connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        yield connection


def _is_superuser(connection: psycopg.Connection) -> bool:
    row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = session_user").fetchone()
    return bool(row and row[0])


def _run(connection: psycopg.Connection, statements: list[str]) -> None:
    for statement in statements:
        connection.execute(statement.encode())


def _set_passwords(connection: psycopg.Connection, passwords: Mapping[str, str]) -> None:
    known = {role.name for role in roles.ROLES}
    for name, password in passwords.items():
        if name in known and password:
            command = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(name), sql.Literal(password))
            connection.execute(command)


def _require_roles(connection: psycopg.Connection, login: str) -> None:
    found = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'quell\\_%'")}
    missing = [role.name for role in roles.ROLES if role.name not in found]
    if missing:
        raise SetupError(
            f"The roles {', '.join(missing)} do not exist and {login} may not create them. Have an administrator run "
            "the SQL that `manage.py setup_database --print-sql` prints, or set DATABASE_URL_ADMIN to a superuser."
        )
    wanted = (roles.OWNER,) if login == roles.SETUP else roles.SWITCHABLE
    refused = [role for role in wanted if not _may_become(connection, role)]
    if refused:
        raise SetupError(
            f"{login} may not become {', '.join(refused)}. Have an administrator run: "
            + " ".join(f'GRANT {role} TO "{login}";' for role in refused)
        )


def _may_become(connection: psycopg.Connection, role: str) -> bool:
    row = connection.execute("SELECT pg_has_role(session_user, %s, 'MEMBER')", [role]).fetchone()
    return bool(row and row[0])


def _ensure_database(connection: psycopg.Connection, name: str, owner: str) -> None:
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        return
    try:
        if not _is_superuser(connection):
            connection.execute(f"SET ROLE {roles.OWNER}".encode())
        connection.execute(roles.create_database_statement(name, owner).encode())
    except psycopg.errors.InsufficientPrivilege:
        raise SetupError(
            f"The database {name} does not exist and may not be created by this login. Have an administrator run the "
            "SQL that `manage.py setup_database --print-sql` prints."
        ) from None
    finally:
        connection.execute("RESET ROLE")


def _hand_over(address: Address, statements: list[str]) -> None:
    with psycopg.connect(**psycopg_params(address), autocommit=True) as connection:
        if not _is_superuser(connection):
            connection.execute(f"SET ROLE {roles.OWNER}".encode())
        for statement in statements:
            try:
                connection.execute(statement.encode())
            except psycopg.errors.InsufficientPrivilege:
                # An administrator has done it already, or `migrate` will say what is missing.
                logger.info("Left to the administrator: %s", statement)


def _ensure_broker(connection: psycopg.Connection, admin: Address, name: str, login: str) -> None:
    _ensure_database(connection, name, roles.BROKER)
    _run(connection, [f"SET ROLE {roles.BROKER}", *roles.broker_statements(name, login), "RESET ROLE"])
    _run(connection, roles.broker_login_statements(name, login))
    with psycopg.connect(**psycopg_params(admin.at(name))) as broker:
        broker.execute(f"SET ROLE {roles.BROKER}".encode())
        row = broker.execute("SELECT to_regclass('pgmq.meta')").fetchone()
        if row and row[0] is None:
            # The client's own installer commits and resets the role in between, so its script is run as it stands.
            broker.execute(get_embedded_install_sql().encode())


def printed_sql(database: str, login: str) -> str:
    """The whole set-up as one psql script, for an administrator who grants no superuser."""
    broker = roles.broker_database(database)
    lines = [
        "-- Quell: run once with psql as a superuser. Running it again changes nothing but the passwords.",
        "-- Choose the passwords here:",
        *(f"\\set {role.name}_password 'change-me'" for role in _password_roles()),
        *roles.role_statements(),
        *(f"ALTER ROLE {role.name} PASSWORD :'{role.name}_password';" for role in _password_roles()),
        *(roles.membership_statements(login) if login not in {"", *(role.name for role in roles.ROLES)} else []),
        *(_create_if_missing(name, owner) for name, owner in ((database, roles.OWNER), (broker, roles.BROKER))),
        *roles.broker_statements(broker, login),
        *roles.broker_login_statements(broker, login),
        f'\\connect "{database}"',
        *roles.database_statements(database),
    ]
    return "\n".join(lines) + "\n"


def _password_roles() -> list[roles.DatabaseRole]:
    return [role for role in roles.ROLES if not role.attributes.startswith("NOLOGIN")]


def _create_if_missing(name: str, owner: str) -> str:
    create = roles.create_database_statement(name, owner).rstrip(";").replace("'", "''")
    absent = f"NOT EXISTS (SELECT FROM pg_database WHERE datname = '{name}')"
    return f"SELECT '{create}' WHERE {absent} \\gexec"
