"""An empty database for a world that a whole file of tests looks at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections

from tests import database


@contextmanager
def fresh_database(name: str) -> Iterator[None]:
    """Work on an empty database that is thrown away afterwards, whatever the test's own one holds."""
    before = connections["default"].settings_dict["NAME"]
    with database.copy_of_template(name) as full:
        database.use_database(full)
        try:
            yield
        finally:
            database.use_database(before)
