"""Runs a management command as the database role that fits it, and on an embedded server if no address is given."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from pathlib import Path

from django.core.management import execute_from_command_line

from config.addresses import AddressError
from config.database.addresses import VARIABLES
from config.embedded import AlreadyServed, EmbeddedError, find_server, serve

# Commands that make or change tables.
OWNER_COMMANDS = {"migrate", "makemigrations", "setup_database", "sqlmigrate", "showmigrations", "dbshell", "pgtrigger"}
# Commands that read and write no records and so need no server.
WITHOUT_DATABASE = {
    "help", "check", "codebook", "collectstatic", "compilemessages", "makemessages", "catalogue", "diffsettings",
    "makemigrations", "findstatic", "version", "demo_cohort", "edit_checks", "datasets", "access_matrix", "openapi",
}  # fmt: skip
STARTING_SECONDS = 15.0


def run(arguments: list[str]) -> None:
    """Run `manage.py <command> …`; what goes wrong with the server is printed as one sentence."""
    command = arguments[1] if len(arguments) > 1 else "help"
    os.environ.setdefault("QUELL_PROCESS", process_of(command))
    with ExitStack() as stack:
        try:
            if needs_server(command, arguments):
                lend_server(stack)
            execute_from_command_line(arguments)
        except (EmbeddedError, AddressError) as error:
            sys.exit(f"quell: {error}")


def process_of(command: str) -> str:
    """The kind of process a command is: owner for tables, web for the development server, worker for the rest."""
    if command in OWNER_COMMANDS:
        return "owner"
    return "web" if command == "runserver" else "worker"


def needs_server(command: str, arguments: list[str]) -> bool:
    """Does the command need an embedded server? Not with an address, nor for commands that read no records."""
    from django.conf import settings

    given = any(os.environ.get(name) or os.environ.get(f"{name}_FILE") for name in VARIABLES.values())
    asked = "--print-sql" in arguments or "--help" in arguments or settings.SETTINGS_MODULE != "config.settings.dev"
    return not (given or asked or command in WITHOUT_DATABASE or command.startswith("-"))


def lend_server(stack: ExitStack, data: Path | None = None) -> None:
    """Use the embedded server that runs, or keep one for the length of the command."""
    from config.database.local import set_up_embedded
    from config.settings.paths import DATA_DIR

    folder = data or DATA_DIR
    if find_server(folder) is None:
        try:
            place = stack.enter_context(serve(folder, wait_seconds=STARTING_SECONDS))
        except AlreadyServed:
            # Its keeper was still starting it; it answers by now, or says why not.
            if find_server(folder) is None:
                raise
        else:
            set_up_embedded(place)
