"""Sets up the embedded server: roles, the application's database and the broker's."""

from __future__ import annotations

from config.database import roles
from config.database.addresses import EMBEDDED_NAME
from config.database.setup import set_up
from config.embedded import Place, superuser_address


def set_up_embedded(place: Place, name: str = EMBEDDED_NAME) -> None:
    """Create what is missing. The set-up superuser is used here and nowhere else."""
    set_up(superuser_address(place), name, broker_login=roles.BROKER)
