"""Prints who can sign in to the demonstration."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from sites.models import User


class Command(BaseCommand):
    """`manage.py demo_signins`"""

    help = "List the sign-ins of the demonstration. Prints nothing where the demonstration is off."

    def handle(self, *args: Any, **options: Any) -> None:
        """One line per person: e-mail and what they may do, and the password all share."""
        if not settings.QUELL_DEMO:
            return
        people = User.objects.filter(is_active=True).prefetch_related("memberships__site").order_by("email")
        self.stdout.write("The cases are simulated. Sign in as:" if people else "Nobody can sign in yet.")
        for person in people:
            held = ", ".join(str(membership) for membership in person.memberships.all())
            self.stdout.write(f"  {person.email:<28} {held or 'no role'}")
        if people:
            self.stdout.write(f"  password for all: {settings.QUELL_DEMO_PASSWORD}")
