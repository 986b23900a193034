"""`manage.py rotate_identity_key`: seal all identities under the newest key."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.services.identity_keys import BATCH, keys_in_use, rotate
from sites.crypto import CannotOpen


class Command(BaseCommand):
    """Seal again what stands under older keys; break it off and run it again at will."""

    help = "Seal all identities under the newest key of QUELL_IDENTITY_KEYS."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Ask how many rows one transaction takes."""
        parser.add_argument("--batch", type=int, default=BATCH, help="rows in one transaction (default %(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Rotate and say which keys are still needed."""
        try:
            done = rotate(max(1, options["batch"]))
        except CannotOpen as error:
            raise CommandError(f"Stopped at a value that cannot be opened. {error}") from None
        self.stdout.write(f"{done} rows sealed again.")
        for kid, values in sorted(keys_in_use().items()):
            self.stdout.write(f"  key {kid}: {values} values")
        self.stdout.write("A key without values is needed only to read what the audit trail keeps of earlier values.")
