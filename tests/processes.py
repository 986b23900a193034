"""Gives tests the environment in which a real second process works on the database of that very test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from config.addresses import address_url
from config.database import roles
from config.database.addresses import VARIABLES
from config.database.setup import set_up
from config.settings.databases import QUELL_EMBEDDED, database_address
from tests import database


@pytest.fixture
def process_environment(transactional_db: None, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a subprocess (manage.py, celery, gunicorn) on this test's database and a broker of its own.

    The subprocess sees what the test has committed; its messages travel through the embedded broker.
    """
    name = settings.DATABASES["default"]["NAME"]
    owner = database_address("owner").at(name)
    set_up(database_address("admin" if QUELL_EMBEDDED else "owner"), name, broker_login=owner.user)
    yield {
        **{key: value for key, value in os.environ.items() if not key.startswith(("QUELL_", "DATABASE_", "CELERY_"))},
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "QUELL_VAR_DIR": str(tmp_path / "var"),
        **{VARIABLES[process]: address_url(owner) for process in roles.PROCESS_ROLES},
    }
    database.drop_database(roles.broker_database(name), roles.BROKER)
