"""The two questions a machine asks."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from config.database import roles


def test_a_process_says_that_it_lives_without_asking_the_database(client: Client):
    # Not marked for a database: reaching one would fail the test.
    answer = client.get("/livez")
    assert (answer.status_code, answer.content) == (200, b"alive\n")


@pytest.mark.django_db
def test_a_process_is_ready_when_tables_are_up_to_date_and_its_role_is_weak(client: Client):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (200, b"ready\n")


@pytest.mark.django_db
def test_a_process_under_a_role_that_owns_tables_is_not_ready_and_says_why(client: Client):
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {roles.OWNER}")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert b"owns tables" in answer.content
