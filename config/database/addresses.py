"""Which address and which role a process uses, from the environment. One DATABASE_URL alone is enough for a trial."""

from __future__ import annotations

from collections.abc import Mapping

from config.addresses import Address, AddressError, parse_address
from config.database import roles
from config.embedded.place import Place
from config.embedded.server import PORT

VARIABLES = {
    "web": "DATABASE_URL",
    "worker": "DATABASE_URL_WORKER",
    "export": "DATABASE_URL_EXPORT",
    "owner": "DATABASE_URL_OWNER",
    "admin": "DATABASE_URL_ADMIN",
}
EMBEDDED_NAME = "quell"


def current_process(environment: Mapping[str, str]) -> str:
    """What this process is: web, worker or owner, by QUELL_PROCESS. The least right to surprise, web, by default."""
    process = environment.get("QUELL_PROCESS", "web")
    if process not in roles.PROCESS_ROLES:
        raise AddressError(f"QUELL_PROCESS is {process!r}; it may be {', '.join(roles.PROCESS_ROLES)}.")
    return process


def given_address(process: str, read: Mapping[str, str]) -> Address | None:
    """The address for a process from the variables that are set: its own, else DATABASE_URL; None without any."""
    for variable in (VARIABLES[process], "DATABASE_URL"):
        if url := read.get(variable):
            return parse_address(url, variable=variable)
    return None


def embedded_address(process: str, place: Place, name: str = EMBEDDED_NAME) -> Address:
    """The address inside the embedded server: each process signs in as its own role, set-up as the set-up login."""
    login = {"owner": roles.SETUP, "admin": "postgres"}.get(process) or roles.PROCESS_ROLES[process]
    return Address(str(place.sockets), PORT, name, login)


def broker_address(address: Address) -> Address:
    """Where the embedded broker is, given the address of the database it accompanies."""
    login = (
        roles.BROKER if address.host.startswith("/") and address.user in roles.PROCESS_ROLES.values() else address.user
    )
    return address.at(roles.broker_database(address.name)).login(login, address.password)
