"""Creates the database roles, the database and the embedded broker, or prints the SQL for an administrator."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.database.addresses import EMBEDDED_NAME
from config.database.local import set_up_given
from config.database.setup import SetupError, printed_sql
from config.settings.databases import QUELL_EMBEDDED, database_address


class Command(BaseCommand):
    """`manage.py setup_database [--print-sql]`"""

    help = "Create the roles and databases that are missing on the server of DATABASE_URL. Run before migrate."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One option."""
        parser.add_argument("--print-sql", action="store_true", help="print psql commands for a superuser; do nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Set up, or print."""
        if options["print_sql"]:
            login, name = ("", EMBEDDED_NAME) if QUELL_EMBEDDED else _login_and_name()
            self.stdout.write(printed_sql(name, login), ending="")
            return
        if not QUELL_EMBEDDED:
            self._set_up()
        self.stdout.write("Roles and databases are in place. Next: manage.py migrate")

    def _set_up(self) -> None:
        # The embedded server is set up whenever it is started.
        try:
            set_up_given()
        except SetupError as error:
            raise CommandError(str(error)) from None


def _login_and_name() -> tuple[str, str]:
    address = database_address("web")
    return address.user, address.name
