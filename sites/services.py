"""Opening accounts. The rest of the work on sites and people is done in the administration."""

from __future__ import annotations

from datetime import date

from sites.models import Membership, Site, User
from sites.roles import Role


def account_open(
    *, email: str, full_name: str, role: Role, site: Site | None, starts_on: date, language: str = "en"
) -> User:
    """Open an account with its first role, and return the person, who has no password yet.

    Somebody who has an account already keeps it and gets the role. Raises ValidationError in words for what does
    not fit: a role that needs a site, an address that is none.
    """
    person = User.objects.filter(email=email.strip().lower()).first() or _new_person(email, full_name, language)
    membership = Membership(user=person, site=site, role=role, starts_on=starts_on)
    membership.full_clean()
    membership.save()
    return person


def _new_person(email: str, full_name: str, language: str) -> User:
    person = User(email=email, full_name=full_name, language=language)
    person.set_unusable_password()
    person.full_clean()
    person.save()
    return person
