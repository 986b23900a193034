"""Inviting people: an e-mail with a signed link, with which the invited person opens the account themselves."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core import signing
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from sites.context import acting_as, acting_as_system
from sites.models import Invitation, Membership, User
from sites.models.invitation import VALID_FOR

SALT = "sites.invitation"


class InvitationUsed(Exception):  # noqa: N818 -- the name says what happened
    """The invitation was accepted or withdrawn, or its time is over."""


def invite(*, by: User, email: str, reason: str, **fields: Any) -> Invitation:
    """Record an invitation; raises ValidationError in words for what does not fit."""
    invitation = Invitation(email=email.strip().lower(), reason=reason, invited_by=by, **fields)
    _require_no_account(invitation.email)
    with acting_as(by, reason=reason):
        invitation.clean_fields(exclude=["accepted_by", "withdrawn_at"])
        invitation.validate_constraints()
        invitation.save()
    return invitation


def send(invitation: Invitation, link: str) -> None:
    """Send the e-mail, in the language of the invitation. It names the registry and the link, and nobody's case."""
    with translation.override(invitation.language):
        words = {"link": link, "days": VALID_FOR.days, "invited_by": invitation.invited_by}
        subject = f"[Quell] {_('Invitation to the registry')}"
        send_mail(subject, render_to_string("invitations/letter.txt", words), None, [invitation.email])


def renew(invitation: Invitation, *, by: User) -> Invitation:
    """Begin the seven days anew for another e-mail; the links sent before stop working. Raises InvitationUsed."""
    with acting_as(by, reason="invitation sent again"):
        held = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
        if held.is_settled:
            raise InvitationUsed
        held.sent_at = timezone.now()
        held.save(update_fields=["sent_at"])
    return held


def withdraw(invitation: Invitation, *, by: User) -> None:
    """Make the link worthless. Raises InvitationUsed where there is nothing to withdraw any more."""
    with acting_as(by, reason="invitation withdrawn"):
        held = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
        if held.is_settled:
            raise InvitationUsed
        held.withdrawn_at = timezone.now()
        held.save(update_fields=["withdrawn_at"])


def token_of(invitation: Invitation) -> str:
    """Return what the link carries: number and moment of sending, signed. A new e-mail makes older ones worthless."""
    return signing.dumps([str(invitation.pk), invitation.sent_at.isoformat()], salt=SALT)


def invitation_of(token: str) -> Invitation | None:
    """Return the open invitation of a link, or None for one that is forged, too old, used, withdrawn or replaced."""
    try:
        number, sent_at = signing.loads(token, salt=SALT, max_age=VALID_FOR)
    except signing.BadSignature:
        return None
    found = Invitation.objects.select_related("site", "invited_by").filter(pk=UUID(number)).first()
    return found if found and found.is_open and found.sent_at.isoformat() == sent_at else None


def accept(token: str, *, full_name: str, password: str) -> User:
    """Open the account with its role. Raises InvitationUsed for a link that no longer works."""
    with transaction.atomic():
        invitation = invitation_of(token)
        if invitation is None:
            raise InvitationUsed
        why = f"invited by {invitation.invited_by.email}: {invitation.reason}"
        with acting_as_system(f"invitation of {invitation.email}", reason=why):
            return _opened(invitation, full_name, password)


def _opened(invitation: Invitation, full_name: str, password: str) -> User:
    # The lock makes the second of two clicks wait, and then find the invitation settled.
    held = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if not held.is_open:
        raise InvitationUsed
    _require_no_account(held.email)
    person = User(email=held.email, full_name=full_name, language=held.language)
    person.set_password(password)
    person.full_clean()
    person.save()
    Membership.objects.create(user=person, site_id=held.site_id, role=held.role, starts_on=timezone.localdate())
    held.accepted_by = person
    held.save(update_fields=["accepted_by"])
    return person


def _require_no_account(email: str) -> None:
    if User.objects.filter(email=email).exists():
        raise ValidationError(_("This person has an account already. Give them the role there."))
