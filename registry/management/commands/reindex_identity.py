"""`manage.py reindex_identity`: compute the digests of identities anew."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from registry.services.identity_keys import reindex


class Command(BaseCommand):
    """Run it once after QUELL_IDENTITY_INDEX_KEY was changed, before anybody enters or uploads a case."""

    help = "Compute the digests of hospital numbers, and the tokens compared between sites, with the present index key."

    def handle(self, *args: Any, **options: Any) -> None:
        """Compute and say how many rows changed."""
        self.stdout.write(f"{reindex()} digests of hospital numbers computed anew.")
