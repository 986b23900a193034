"""The databases of a test run: one template made by the owner, a copy of it for each worker, tests as the web role."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from config.addresses import Address, psycopg_params
from config.database import roles
from config.database.setup import set_up
from config.embedded import find_place, serve
from config.settings.databases import QUELL_EMBEDDED, database_address
from config.settings.paths import DATA_DIR
from tests import snapshot
from tests.leftovers import sweep_left_behind


@contextmanager
def prepared_server(*, throw_away: bool = True) -> Iterator[None]:
    """A PostgreSQL with the migrated template, for the length of the run: the embedded one, unless one is given.

    Without `throw_away` it writes through to the disk as a real one does; measurements need that.
    """
    with ExitStack() as stack:
        if QUELL_EMBEDDED:
            stack.enter_context(_embedded_server(throw_away=throw_away))
        else:
            stack.callback(_drop, template())
            stack.callback(_drop, demonstration())
            _build_template()
        yield


@contextmanager
def _embedded_server(*, throw_away: bool) -> Iterator[None]:
    sweep_left_behind(DATA_DIR.parent.parent)
    place, kept = find_place(DATA_DIR), snapshot.named()
    try:
        if not snapshot.restore(place, kept):
            with serve(DATA_DIR, throw_away=True):
                _build_template()
            snapshot.keep(place, kept)
        with serve(DATA_DIR, throw_away=throw_away):
            yield
    finally:
        shutil.rmtree(place.data, ignore_errors=True)
        shutil.rmtree(place.wanted.parent, ignore_errors=True)


def template() -> str:
    """The database that is migrated once; on a server that others use too, it carries the name of the run."""
    return "test_quell" if QUELL_EMBEDDED else f"test_quell_{settings.QUELL_TEST_RUN}"


def demonstration() -> str:
    """The database in which the demonstration is loaded, for those tests of a run that begin there."""
    return f"test_quell_{settings.QUELL_TEST_RUN}_demo"


def _build_template() -> None:
    set_up(_admin(), template())
    connections["default"].settings_dict["NAME"] = template()
    call_command("migrate", verbosity=0, interactive=False)
    connections.close_all()


@contextmanager
def database_of_worker(worker: str) -> Iterator[None]:
    """Point all connections at a copy of the template for this worker, and work as the web role from then on."""
    with copy_of_template(worker) as name:
        use_database(name)
        yield


@contextmanager
def copy_of_template(name: str) -> Iterator[str]:
    """A fresh database like the template, removed afterwards; gives its full name."""
    full = f"test_quell_{settings.QUELL_TEST_RUN}_{name}"
    create(full)
    try:
        yield full
    finally:
        drop_database(full)


def create(name: str, like: str = "") -> str:
    """Make a database like the migrated template, or like another to which nobody is connected; give its name."""
    _execute(f'CREATE DATABASE "{name}" TEMPLATE "{like or template()}" OWNER {roles.OWNER}')
    return name


@contextmanager
def working_on(name: str) -> Iterator[None]:
    """Switch all connections to a database and back again."""
    before = connections["default"].settings_dict["NAME"]
    use_database(name)
    try:
        yield
    finally:
        use_database(before)


def use_database(name: str) -> None:
    """Switch all connections to a database, all but `export` under the web role."""
    for alias in connections:
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name
    for alias in ("default", "limits"):
        connections[alias].settings_dict["OPTIONS"]["assume_role"] = roles.WEB
        connections[alias].settings_dict["OPTIONS"].pop("options", None)


def drop_database(name: str, owner: str = roles.OWNER) -> None:
    """Remove a database of this run, also when something still holds a connection to it."""
    connections.close_all()
    _drop(name, owner)


def _drop(name: str, owner: str = roles.OWNER) -> None:
    # Without FORCE PostgreSQL itself stops an autovacuum worker that is in there; with it, no owner may.
    try:
        _execute(f'DROP DATABASE IF EXISTS "{name}"', owner)
    except psycopg.errors.ObjectInUse:
        _execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', owner)


def _admin() -> Address:
    return database_address("admin" if QUELL_EMBEDDED else "owner")


def _execute(statement: str, role: str = roles.OWNER) -> None:
    with psycopg.connect(**psycopg_params(database_address("owner").at("postgres")), autocommit=True) as connection:
        connection.execute(f"SET ROLE {role}")
        connection.execute(statement)
