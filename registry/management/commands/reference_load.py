"""`manage.py reference_load` adds what is missing of the reference lists; running it again changes nothing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from registry.services.reference import reference_load
from sites.context import acting_as_system


class Command(BaseCommand):
    """Load CAR-T products and their approvals."""

    help = "Add the CAR-T products and approvals that are missing; what an administrator changed stays."

    def handle(self, *_args: Any, **_options: Any) -> None:
        with acting_as_system("reference_load", reason="reference lists"):
            added = reference_load()
        self.stdout.write(f"Reference lists: {added} entries added.")
