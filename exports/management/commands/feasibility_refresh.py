"""`manage.py feasibility_refresh`: make the groups of the feasibility counts from the cases of today."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Makes now what the clock would make in the night to Monday."""

    help = "Make the groups that feasibility counts are read from anew, from the cases that may leave today."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Make them whether or not they are due, and print how many groups and cases there are."""
        from exports.services.feasibility import feasibility_refresh

        basis = feasibility_refresh(at_once=True)
        if basis is None:
            self.stdout.write("Too few cases for feasibility counts.")
        else:
            cases = sum(group["size"] for group in basis.groups)
            self.stdout.write(f"Feasibility counts: {cases} cases in {len(basis.groups)} groups.")
