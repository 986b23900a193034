"""The e-mails about a request: who has something to do or to read, and where. No title, no words, no data."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from exports.models import DataRequest
from sites.models import Membership, User
from sites.roles import ROLE_PERMISSIONS, Permission, Role

logger = logging.getLogger(__name__)
# Answers "out of office" have nobody to go to.
HEADERS: Final = {"Auto-Submitted": "auto-generated"}
MESSAGE: Final = "MESSAGE"


def tell_deciders(request: DataRequest, about: str, *, but: User) -> None:
    """Write to everybody who may decide on a request, once it is committed."""
    today = timezone.localdate()
    roles = [role for role in Role if Permission.REQUEST_DECIDE in ROLE_PERMISSIONS[role]]
    current = Membership.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today), starts_on__lte=today, role__in=roles)
    people = User.objects.filter(is_active=True, pk__in=current.values("user_id")).exclude(pk=but.pk)
    _tell(people.exclude(pk=request.requested_by_id).order_by("pk"), request, about)


def tell_requester(request: DataRequest, about: str) -> None:
    """Write to the person who asked, once what happened is committed."""
    _tell(User.objects.filter(is_active=True, pk=request.requested_by_id), request, about)


def letter(request: DataRequest, about: str) -> tuple[str, str]:
    """Return subject and text in the language of the moment: the number of the request, and where to look."""
    url = settings.QUELL_ADDRESS + reverse("request", args=[request.pk])
    words = {"about": about, "number": request.number, "url": url}
    subject = f"[Quell] {_('Data request')} {request.number}"
    return subject, render_to_string("exports/requests/letter.txt", words).strip() + "\n"


def _tell(people: Iterable[User], request: DataRequest, about: str) -> None:
    addressed = list(people)

    def send() -> None:
        for person in addressed:
            _send(person, request, about)

    transaction.on_commit(send)


def _send(person: User, request: DataRequest, about: str) -> None:
    try:
        with translation.override(person.language):
            subject, text = letter(request, about)
        EmailMessage(subject, text, None, [person.email], headers=HEADERS).send()
    except Exception as error:  # what was done is done, and no other letter may be kept back
        # Neither the address nor the words of the mail server, which may repeat it.
        logger.warning("The letter to person %s could not be sent (%s).", person.pk, type(error).__name__)
