"""The demonstration loaded: once in a run of the tests, in a database that is copied for each file that asks."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any, Final

import pytest
from django.core.management import call_command

from tests import database

SAID: Final = "demonstration.txt"


@contextmanager
def once_in_a_run(name: str, factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder that all workers of a run share; what they make there under one name they make one after the other."""
    own = factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield shared


@pytest.fixture(scope="session")
def demo_said(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What loading the demonstration printed; from here on the database of it can be copied."""
    with once_in_a_run("demo-database", tmp_path_factory) as shared, django_db_blocker.unblock():
        if not (shared / SAID).exists():
            (shared / SAID).write_text(_load(), encoding="utf-8")
        return (shared / SAID).read_text(encoding="utf-8")


def _load() -> str:
    said = StringIO()
    database.drop_database(database.demonstration())
    with database.working_on(database.create(database.demonstration())):
        call_command("demo_load", "--force", stdout=said)
    return said.getvalue()


@contextmanager
def demo_copy() -> Iterator[None]:
    """Work on a copy of the demonstration, which is thrown away afterwards; `demo_said` must have been asked for."""
    name = f"{database.demonstration()}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    with database.working_on(database.create(name, like=database.demonstration())):
        yield
    database.drop_database(name)


@pytest.fixture(scope="module")
def demo_registry(demo_said: str, django_db_blocker: Any) -> Iterator[str]:
    """Let all tests of a file work on the demonstration, each from where it was loaded; what loading printed."""
    with django_db_blocker.unblock(), demo_copy():
        yield demo_said
