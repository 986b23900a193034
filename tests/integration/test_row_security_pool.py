"""Two people on one pooled connection, thousands of requests in turn: nobody ever meets the other's rows."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connection, connections, transaction
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from config.database import roles
from registry.models import Patient
from sites.context import acting_as_system
from sites.middleware import ContextMiddleware

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
REQUESTS = 1500
EXPECTED = {"alice": "SEV-1", "bob": "HOU-1", "": "refused"}


@pytest.fixture
def one_connection(cast) -> Iterator[None]:
    """Make all threads share one connection to the database, as a pooler in transaction mode does."""
    with acting_as_system("tests", reason="one patient at each hospital"):
        Patient.objects.create(site=cast.sev, study_id="SEV-1")
        Patient.objects.create(site=cast.hou, study_id="HOU-1")
    connection.close()
    settings = connections["default"].settings_dict
    kept = settings["OPTIONS"]
    # Django's pool waits for itself where it is to switch roles after connecting, so PostgreSQL switches at once.
    settings["OPTIONS"] = {
        "options": f"-c role={roles.WEB}",
        "pool": {"min_size": 1, "max_size": 1, "timeout": 30},
    }
    yield
    connection.close()
    connection.close_pool()
    settings["OPTIONS"] = kept


def page(request: HttpRequest) -> HttpResponse:
    """A page that forgot to ask whose rows it may show; each seventh time it breaks off in the middle."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT string_agg(study_id, ' ') FROM registry_patient")
                found = cursor.fetchone()[0]
            if request.number_in_row % 7 == 0:
                raise InterruptedError
    except InterruptedError:
        return HttpResponse(found, status=500)
    except DatabaseError:
        return HttpResponse("refused")
    return HttpResponse(found)


def ask(people: list[tuple[str, Any]], seen: Counter[tuple[str, str]], pids: set[int], failures: list[str]) -> None:
    serve = ContextMiddleware(page)
    try:
        for number in range(REQUESTS):
            name, user = people[number % len(people)]
            request = RequestFactory().get("/")
            request.user, request.session, request.number_in_row = user, {}, number
            seen[name, serve(request).content.decode()] += 1
            pids.add(connection.connection.info.backend_pid if connection.connection else 0)
            connection.close()
    except Exception as error:
        failures.append(repr(error))
    finally:
        connection.close()


def test_two_people_on_one_connection_never_see_each_others_rows(cast, one_connection):
    seen: Counter[tuple[str, str]] = Counter()
    pids: set[int] = set()
    failures: list[str] = []
    turns = [("alice", cast.alice), ("bob", cast.bob), ("", AnonymousUser())]
    threads = [threading.Thread(target=ask, args=(turn, seen, pids, failures)) for turn in (turns, turns[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert set(seen) == set(EXPECTED.items())
    assert sum(seen.values()) == 2 * REQUESTS
    assert len(pids) == 1
