"""An empty database for a world that a whole file of tests looks at."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from tests import database


@contextmanager
def fresh_database(name: str) -> Iterator[None]:
    """Work on an empty database that is thrown away afterwards, whatever the test's own one holds.

    Each worker has its own: the tests of one file may run in several workers at the same time.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    with database.copy_of_template(f"{worker}_{name}") as full, database.working_on(full):
        yield
