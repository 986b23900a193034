"""`manage.py catalogue`: bring the Spanish catalogue up to date, or check that it is."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """Collects the messages of the sources into registry/locale and compiles them; needs no gettext programs."""

    help = "Bring the Spanish catalogue up to date with the sources; --check only says whether it is."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add --check."""
        parser.add_argument(
            "--check", action="store_true", help="Change nothing; fail if anything is missing or stale."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Update or check, and print what is left to translate."""
        # Imported late: polib is installed for development only.
        from registry.management.catalogue import problems, update

        if not options["check"]:
            update(settings.BASE_DIR)
        found = problems(settings.BASE_DIR)
        self.stdout.write("\n".join(found) if found else "The Spanish catalogue is complete.")
        if found and options["check"]:
            raise CommandError(f"{len(found)} problem(s) in the Spanish catalogue.")
