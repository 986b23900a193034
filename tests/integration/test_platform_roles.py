"""The walls of the platform in the database: who the tests run as, and what that role cannot do."""

from __future__ import annotations

import pytest
from django.db import connection


@pytest.mark.django_db
def test_tests_run_as_the_web_role_which_is_no_superuser_and_owns_nothing():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("quell_web", False, False)
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = 'quell_web'::regrole")
        assert cursor.fetchone() == (0,)
