"""What every test stands on: a database of its own role and worker, and a closed network. The cast is in cast.py."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from pytest_django.plugin import blocking_manager_key

from tests import database, emptying

pytest_plugins = [
    "tests.cast", "tests.demo_database", "tests.demo_folder", "tests.gate", "tests.network", "tests.processes",
    "tests.tokens", "tests.walls",
]  # fmt: skip
SERVER = pytest.StashKey[ExitStack]()
# How many new objects make the collector of garbage look: as shipped 700, which tests make all the time.
COLLECTING = (20_000, 20, 50)


def pytest_configure(config: pytest.Config) -> None:
    """Everything that must be undone at the end of the run is stacked here."""
    config.stash[SERVER] = ExitStack()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Before xdist starts its workers, the controller makes server, roles and tables, once for all of them."""
    if getattr(session.config.option, "tx", None) and not hasattr(session.config, "workerinput"):
        _start(session.config)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let the workers begin with the files that take long, or one is left alone with such a file at the end."""
    if hasattr(config, "workerinput"):
        long = {item.path for item in items if item.get_closest_marker("slow")}
        items.sort(key=lambda item: item.path not in long)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Spare the collector of garbage the thousands of tests themselves, which stay to the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTING)


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
    emptying.empty_after_tests()
    with django_db_blocker.unblock():
        if not hasattr(request.config, "workerinput"):
            _start(request.config)
        with database.database_of_worker(os.environ.get("PYTEST_XDIST_WORKER", "alone")):
            yield
