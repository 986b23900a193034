"""Opening accounts and ending sign-ins. The rest of the work on sites and people is done in the administration."""

from __future__ import annotations

from datetime import date

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth import update_session_auth_hash
from django.db.models import F
from django.http import HttpRequest

from sites.models import Membership, Site, User
from sites.roles import Role
from sites.tokens import tokens_end


def account_open(
    *, email: str, full_name: str, role: Role, site: Site | None, starts_on: date, language: str = "en"
) -> User:
    """Open an account with its first role, and return the person, who has no password yet.

    Somebody who has an account already keeps it and gets the role, and signs in anew to use it. Raises
    ValidationError in words for what does not fit: a role that needs a site, an address that is none.
    """
    known = User.objects.filter(email=email.strip().lower()).first()
    person = known or _new_person(email, full_name, language)
    membership = Membership(user=person, site=site, role=role, starts_on=starts_on)
    membership.full_clean()
    membership.save()
    if known:
        end_sign_ins(known)
    return person


def _new_person(email: str, full_name: str, language: str) -> User:
    person = User(email=email, full_name=full_name, language=language)
    person.set_unusable_password()
    person.full_clean()
    person.save()
    return person


def end_sign_ins(person: User) -> None:
    """End every sign-in of a person at once, for example after a change of roles.

    Each sign-in carries the epoch in a keyed hash that is compared at every request, so none can be overlooked. Tokens
    stay: what they may do is read from the roles at each request.
    """
    User.objects.filter(pk=person.pk).update(sign_in_epoch=F("sign_in_epoch") + 1)
    person.refresh_from_db(fields=["sign_in_epoch"])
    UserSession.objects.filter(user=person).delete()


def shut_out(person: User) -> None:
    """End every sign-in and every token of a person at once: on closing an account, on suspicion."""
    end_sign_ins(person)
    tokens_end(person)


def end_other_sign_ins(request: HttpRequest) -> None:
    """End every sign-in of the person who asks, except the one they ask from."""
    end_sign_ins(request.user)
    update_session_auth_hash(request, request.user)
    UserSession.objects.create_from_request(request)


def second_factors_remove(person: User) -> None:
    """Take away every second factor of somebody who has lost theirs; they set up a new one at the next sign-in."""
    Authenticator.objects.filter(user=person).delete()
    end_sign_ins(person)
