"""The database aliases: `default`, by the role of this process, `export`, which only the freeze uses, and `limits`."""

from __future__ import annotations

import os

from config.addresses import Address, django_database
from config.database.addresses import VARIABLES, current_process, embedded_address, given_address
from config.database.roles import EXPORT, PROCESS_ROLES
from config.embedded.place import find_place
from config.settings.paths import DATA_DIR, secret

QUELL_PROCESS = current_process(os.environ)
_given = {variable: secret(variable) for variable in VARIABLES.values()}
# Is PostgreSQL given by an address, or ours (the embedded one)?
QUELL_EMBEDDED = not any(_given.values())


def database_address(process: str) -> Address:
    """The address that a process (web, worker, owner, export, admin) connects to."""
    return given_address(process, _given) or embedded_address(process, find_place(DATA_DIR))


DATABASES = {
    "default": django_database(
        database_address(QUELL_PROCESS),
        role=PROCESS_ROLES[QUELL_PROCESS],
        ATOMIC_REQUESTS=True,
        CONN_MAX_AGE=60,
        CONN_HEALTH_CHECKS=True,
    ),
    # A connection apart: a count of failed sign-ins stays when the request that failed is rolled back.
    "limits": django_database(
        database_address(QUELL_PROCESS), role=PROCESS_ROLES[QUELL_PROCESS], CONN_MAX_AGE=60, CONN_HEALTH_CHECKS=True
    ),
    "export": django_database(database_address("export"), role=EXPORT, TEST={"MIRROR": "default"}),
}
if QUELL_PROCESS == "owner":
    # A migration that waits for a lock makes everyone behind it wait too: it gives up and is run again.
    DATABASES["default"]["OPTIONS"]["options"] = "-c lock_timeout=5s"
DATABASE_ROUTERS = ["config.database.router.ExportRouter", "config.database.router.LimitsRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
