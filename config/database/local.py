"""Sets up the server at hand: the embedded one by its superuser, a given one as far as its login may."""

from __future__ import annotations

from urllib.parse import urlsplit

from config.database import roles
from config.database.addresses import EMBEDDED_NAME
from config.database.setup import set_up
from config.embedded import Place, superuser_address
from config.settings.databases import database_address
from config.settings.paths import secret


def set_up_embedded(place: Place, name: str = EMBEDDED_NAME) -> None:
    """Create what is missing. The set-up superuser is used here and nowhere else."""
    set_up(superuser_address(place), name, broker_login=roles.BROKER)


def set_up_given() -> None:
    """Create what is missing on the server of DATABASE_URL, with DATABASE_URL_ADMIN if it is set.

    Passwords that stand in the addresses of the roles are given to the roles, if this login may.
    """
    addresses = [database_address(process) for process in roles.PROCESS_ROLES]
    set_up(
        database_address("admin"),
        database_address("owner").name,
        passwords={address.user: address.password for address in addresses},
        broker_login=database_address("web").user if uses_embedded_broker() else None,
    )


def uses_embedded_broker() -> bool:
    """Do messages travel through PostgreSQL itself, beside the application's database?"""
    url = urlsplit(secret("CELERY_BROKER_URL") or "pgmq://")
    return url.scheme == "pgmq" and not url.netloc and not url.query
