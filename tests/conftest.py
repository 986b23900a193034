"""What every test stands on: a database of its own role and worker, and a closed network. The cast is in cast.py."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from pytest_django.plugin import blocking_manager_key

from tests import database

pytest_plugins = [
    "tests.cast", "tests.demo_database", "tests.demo_folder", "tests.gate", "tests.network", "tests.processes",
    "tests.tokens", "tests.walls",
]  # fmt: skip
SERVER = pytest.StashKey[ExitStack]()


def pytest_configure(config: pytest.Config) -> None:
    """Everything that must be undone at the end of the run is stacked here."""
    config.stash[SERVER] = ExitStack()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Before xdist starts its workers, the controller makes server, roles and tables, once for all of them."""
    if getattr(session.config.option, "tx", None) and not hasattr(session.config, "workerinput"):
        _start(session.config)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop and remove what this process started."""
    if stack := config.stash.get(SERVER, None):
        with config.stash[blocking_manager_key].unblock():
            stack.close()


def _start(config: pytest.Config) -> None:
    with config.stash[blocking_manager_key].unblock():
        config.stash[SERVER].enter_context(database.prepared_server())


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_test_environment: None, django_db_blocker) -> Iterator[None]:
    """Tables are made by their owner; from here on every test runs as the web role, which owns nothing."""
    database.flush_as_owner()
    with django_db_blocker.unblock():
        if not hasattr(request.config, "workerinput"):
            _start(request.config)
        with database.database_of_worker(os.environ.get("PYTEST_XDIST_WORKER", "alone")):
            yield
