"""`manage.py open_account`: the first administrator of a new registry, or anybody where the pages cannot be reached."""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sites.context import acting_as_system
from sites.models import Site, User
from sites.roles import Role
from sites.services import account_open


class Command(BaseCommand):
    """Opens an account with a role; the person sets a password by e-mail, or here with --ask-password."""

    help = "Open an account with a role, for example: open_account ada@hospital.example 'Ada Byron' ADMINISTRATOR"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Who, what and where."""
        parser.add_argument("email")
        parser.add_argument("full_name")
        parser.add_argument("role", choices=Role.values)
        parser.add_argument("--site", help="Code of the site, for coordinators and investigators.")
        parser.add_argument("--ask-password", action="store_true", help="Ask for a password now.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Open the account and say what comes next."""
        password = _asked_password() if options["ask_password"] else None
        with acting_as_system("manage.py open_account", reason=f"Account opened by {getpass.getuser()}"):
            person = self._open(options)
            if password is not None:
                person.set_password(password)
                person.save(update_fields=["password"])
        then = "sign in" if person.has_usable_password() else 'choose "Forgot your password?" on the sign-in page'
        self.stdout.write(f"{person.email} may now {then}.")

    def _open(self, options: dict[str, Any]) -> User:
        try:
            return account_open(
                email=options["email"],
                full_name=options["full_name"],
                role=Role(options["role"]),
                site=_site(options["site"]),
                starts_on=timezone.localdate(),
            )
        except ValidationError as refused:
            raise CommandError(" ".join(refused.messages)) from refused


def _site(code: str | None) -> Site | None:
    if code is None:
        return None
    try:
        return Site.objects.get(code=code)
    except Site.DoesNotExist:
        known = ", ".join(Site.objects.values_list("code", flat=True)) or "none yet"
        raise CommandError(f"There is no site {code}; known are: {known}.") from None


def _asked_password() -> str:
    password = getpass.getpass("Password: ")
    if password != getpass.getpass("Again: "):
        raise CommandError("The two passwords differ.")
    try:
        validate_password(password)
    except ValidationError as refused:
        raise CommandError(" ".join(refused.messages)) from refused
    return password
