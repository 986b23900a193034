"""Loads what every installation needs, in a demonstration its simulated cases, and prints who can sign in to that."""

from __future__ import annotations

from io import StringIO
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """`manage.py start_up`"""

    help = "Load reference lists and, where the demonstration is on, its simulated cases. Safe to run at each start."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the loaders; each of them is idempotent."""
        loaders = ["reference_load", *(["demo_load"] if settings.QUELL_DEMO else [])]
        for name in filter(get_commands().__contains__, loaders):
            call_command(name, stdout=StringIO(), stderr=self.stderr)
        if settings.QUELL_DEMO:
            self._count()
        call_command("demo_signins", stdout=self.stdout)

    def _count(self) -> None:
        """Make the groups of the feasibility counts, which the clock makes elsewhere, once for the demonstration."""
        from exports.models import FeasibilityBasis

        if not FeasibilityBasis.objects.exists():
            call_command("feasibility_refresh", stdout=StringIO(), stderr=self.stderr)
