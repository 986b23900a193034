"""Each wall between sites switched off alone, for tests that show that the other one holds by itself.

Use `pytest.mark.parametrize("wall_off", WALLS, indirect=True)`, or one of the fixtures by its name.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from config.database.policies import tables_with_a_site, wall_of
from config.database.roles import OWNER, WEB, WORKER
from registry.selectors import uploads
from sites import context
from sites.models import Site
from sites.scoping import SiteScopedQuerySet

WALLS = ("without_scoping", "without_policies")


@pytest.fixture
def without_scoping(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first wall off: `visible_to` hands out everything, so that only the database holds sites apart."""
    monkeypatch.setattr(SiteScopedQuerySet, "visible_to", lambda rows, _user: rows.all())
    monkeypatch.setattr(uploads, "upload_sites", lambda _user: Site.objects.all())


@pytest.fixture
def without_policies(db: None) -> None:
    """The second wall off, until the test's transaction is rolled back: only `visible_to` holds sites apart."""
    with as_owner() as cursor:
        for table in tables_with_a_site(cursor):
            for policy in wall_of(table):
                cursor.execute(f'DROP POLICY {policy.name} ON "{table}"')
            cursor.execute(f'CREATE POLICY no_wall ON "{table}" TO {WEB}, {WORKER}, {OWNER} USING (true)')


@pytest.fixture
def wall_off(request: pytest.FixtureRequest) -> str:
    """Switch off the wall that the test's parameter names, or none where the parameter is empty; give its name."""
    if request.param:
        request.getfixturevalue(request.param)
    return request.param


@pytest.fixture
def looking_on(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let a test look at rows of all sites between the acts of its people. What it calls belongs in `nobody_acting`.

    Not in tests with real transactions: there the context would be one around them all.
    """
    marker = request.node.get_closest_marker("django_db")
    if marker and marker.kwargs.get("transaction"):
        yield
        return
    request.getfixturevalue("cast")
    with context.acting_as_system("tests", reason="looking on"):
        yield


@contextmanager
def nobody_acting() -> Iterator[None]:
    """Call the code under test as a request or a worker does, without the context of the test around it."""
    stack = context._stack("default")
    around = stack.copy()
    stack.clear()
    if around:
        context._tell(None, "default")
    try:
        yield
    finally:
        stack[:] = around
        if around:
            context._tell(around[-1], "default")


@contextmanager
def as_owner() -> Iterator[Any]:
    """Work as the owner of the tables for a moment."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {OWNER}")
        try:
            yield cursor
        finally:
            cursor.execute(f"SET ROLE {WEB}")
