"""What a test with real transactions leaves behind for the next: nothing, and tables that the planner takes for new."""

from __future__ import annotations

import threading
import time

import pytest
from django.contrib.auth.models import Permission
from django.db import connections, transaction
from django.test import TransactionTestCase

from config.settings.databases import QUELL_EMBEDDED
from sites.context import acting_as_system
from sites.models import Site, User
from tests import emptying
from tests.cast import create_cast
from tests.walls import as_owner

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not QUELL_EMBEDDED, reason="the server of the tests may give no superuser"),
]
FILLED = "SELECT relname, relpages, reltuples, pg_relation_size(oid) FROM pg_class WHERE relname = ANY(%s)"
OF_USERS = ["study_sites_user", "study_sites_userevent", "study_sites_membership", "study_sites_site"]


@pytest.fixture
def emptied(monkeypatch):
    """Empty the database, the first time of a worker as Django does; from then on that way is closed."""
    emptying.empty(a_test())

    def refuse(_test):
        raise AssertionError("everything went the plain way")

    monkeypatch.setattr(emptying, "plain_teardown", refuse)


def a_test() -> TransactionTestCase:
    return TransactionTestCase(methodName="__init__")


def permissions() -> list[tuple[int, str]]:
    return list(Permission.objects.order_by("pk").values_list("pk", "codename"))


def test_no_row_is_left_and_permissions_stay_as_they_were(emptied):
    before = permissions()
    create_cast()
    emptying.empty(a_test())
    with acting_as_system("tests", reason="look"):
        assert (Site.objects.count(), User.objects.count()) == (0, 0)
    assert permissions() == before != []


def test_the_tables_look_like_those_of_a_database_just_made(emptied):
    create_cast()
    emptying.empty(a_test())
    with as_owner() as cursor:
        cursor.execute(FILLED, [OF_USERS])
        assert sorted(cursor.fetchall()) == [(name, 0, -1.0, 0) for name in sorted(OF_USERS)]


def test_what_is_still_being_written_is_waited_for(emptied):
    begun = threading.Event()

    def write() -> None:
        with transaction.atomic(), acting_as_system("tests", reason="late"):
            Site.objects.create(code="LAT", name="Late", country="ES", time_zone="Europe/Madrid")
            begun.set()
            time.sleep(0.3)
        connections.close_all()

    writer = threading.Thread(target=write)
    writer.start()
    assert begun.wait(10)
    emptying.empty(a_test())
    writer.join()
    with acting_as_system("tests", reason="look"):
        assert not Site.objects.exists()


def test_a_database_whose_permissions_were_changed_is_emptied_the_plain_way():
    emptying.empty(a_test())
    before = {codename for _pk, codename in permissions()}
    with as_owner() as cursor:
        cursor.execute("DELETE FROM auth_permission WHERE codename = %s", [min(before)])
    emptying.empty(a_test())
    assert {codename for _pk, codename in permissions()} == before
