"""No process serves people under a database role that the walls do not hold."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper

from config.addresses import Address, address_url
from config.database import roles, standing
from config.settings.databases import QUELL_EMBEDDED, database_address
from config.settings.paths import BASE_DIR

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not QUELL_EMBEDDED, reason="needs a superuser, which only the embedded server lends"),
]


def address(login: str) -> Address:
    return database_address("admin").at(connection.settings_dict["NAME"]).login(login)


@pytest.fixture
def superuser() -> Iterator[DatabaseWrapper]:
    """A superuser's connection; what it does is rolled back."""
    wrapper = connection.copy()
    wrapper.settings_dict["USER"] = "postgres"
    wrapper.settings_dict["OPTIONS"] = {}
    wrapper.set_autocommit(False)
    yield wrapper
    wrapper.rollback()
    wrapper.close()


def faults(wrapper: DatabaseWrapper, *statements: str) -> list[str]:
    with wrapper.cursor() as cursor:
        for statement in (*statements, f"SET LOCAL ROLE {roles.WEB}"):
            cursor.execute(statement)
    return standing.role_faults(wrapper)


def test_the_role_as_it_is_set_up_has_nothing_too_much(superuser):
    assert faults(superuser) == []


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (f"ALTER ROLE {roles.WEB} SUPERUSER", ["is a superuser"]),
        (f"ALTER ROLE {roles.WEB} BYPASSRLS", ["bypasses row-level security"]),
        (f"ALTER TABLE registry_patient OWNER TO {roles.WEB}", ["owns tables"]),
        (f"GRANT {roles.OWNER} TO {roles.WEB}", ["owns tables"]),
        (f"GRANT {roles.BACKUP} TO {roles.WEB}", ["may become a role that bypasses row-level security"]),
    ],
)
def test_what_a_role_has_too_much_is_named(superuser, statement, words):
    assert faults(superuser, statement) == [f"the database role {roles.WEB} {word}" for word in words]


def test_a_temporary_table_is_not_a_table_of_ones_own(superuser):
    with superuser.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {roles.WEB}; CREATE TEMP TABLE staged (id int)")
    assert standing.role_faults(superuser) == []


def test_a_superuser_who_does_not_switch_is_refused_and_the_connection_closed(superuser, settings):
    settings.QUELL_PROCESS = "web"
    superuser.ensure_connection()
    with pytest.raises(standing.RoleTooStrong, match="the database role postgres is a superuser"):
        standing.refuse_strong_role(None, superuser)
    assert superuser.connection is None


def test_migrations_may_be_run_by_the_owner(superuser, settings):
    settings.QUELL_PROCESS = "owner"
    standing.refuse_strong_role(None, superuser)


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    return partial(_start, tmp_path)


def _start(
    folder: Path, *command: str, process: str, login: str, demonstration: str
) -> subprocess.CompletedProcess[str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("QUELL_", "DATABASE_", "DJANGO_"))
    }
    told = {
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "QUELL_PROCESS": process,
        "QUELL_DEMO": demonstration,
        "QUELL_VAR_DIR": str(folder),
        "DATABASE_URL": address_url(address(login)),
        "CELERY_BROKER_URL": "memory://",
    }
    return subprocess.run(
        [sys.executable, *command], cwd=BASE_DIR, env=kept | told, capture_output=True, text=True, timeout=60
    )


WEB = ("-c", "import config.wsgi; print('serving')")


def test_the_web_starts_under_its_own_login(start):
    done = start(*WEB, process="web", login=roles.WEB, demonstration="0")
    assert (done.returncode, done.stdout.strip()) == (0, "serving"), done.stderr


def test_the_web_refuses_a_superusers_login_where_cases_are_real(start):
    done = start(*WEB, process="web", login="postgres", demonstration="0")
    assert done.returncode != 0
    assert "Quell does not serve people like this: the login postgres is a superuser" in done.stderr


def test_a_demonstration_may_switch_from_a_superusers_login(start):
    done = start(*WEB, process="web", login="postgres", demonstration="1")
    assert (done.returncode, done.stdout.strip()) == (0, "serving"), done.stderr


def test_the_worker_refuses_in_one_sentence(start):
    celery = ("-m", "celery", "-A", "config.celery", "worker", "--pool", "solo", "--without-gossip")
    done = start(*celery, process="worker", login="postgres", demonstration="0")
    assert done.returncode != 0
    assert "quell: Quell does not serve people like this" in done.stderr
    assert "Traceback" not in done.stderr
