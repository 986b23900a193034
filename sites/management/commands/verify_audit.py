"""`manage.py verify_audit`: examine the audit trail and name the first broken link."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sites.sealing.verify import verify


class Command(BaseCommand):
    """Ends with an error when anything is wrong, so that a scheduler notices."""

    help = "Examine chain, events and rows of the audit trail; fails naming the first broken link."

    def handle(self, *args: Any, **options: Any) -> None:
        """Examine, and print what was found."""
        report = verify()
        self.stdout.write(
            f"{report.links} links, {report.unsealed} events not sealed yet, {report.rows} rows compared."
        )
        if report.breaks:
            raise CommandError("\n".join(str(found) for found in report.breaks))
        self.stdout.write("The audit trail is whole.")
