"""`manage.py seal_audit`: seal every event that is not sealed yet."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sites.sealing.sealer import SealError, seal


class Command(BaseCommand):
    """Seals now what the clock would seal at night."""

    help = "Seal the events of the audit trail that are not sealed yet."

    def handle(self, *args: Any, **options: Any) -> None:
        """Seal, and print how far the chain reaches."""
        try:
            made = seal()
        except SealError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"Seal {made.number}: {made.events} new events, {made.sequence} in all.")
