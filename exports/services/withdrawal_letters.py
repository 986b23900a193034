"""The e-mail that tells everybody who holds a release that it is withdrawn, in their language."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from exports.models import Release
from sites.models import User

logger = logging.getLogger(__name__)
# Answers "out of office" have nobody to go to.
HEADERS = {"Auto-Submitted": "auto-generated"}


def tell_holders(release: Release, people: Sequence[User]) -> None:
    """Send the letters once the withdrawal is committed; nobody's failure keeps another's back."""
    for person in people:
        transaction.on_commit(lambda person=person: _send(release, person))  # type: ignore[misc]


def withdrawal_letter(release: Release) -> tuple[str, str]:
    """Return subject and text, in the language of the moment."""
    address = settings.QUELL_ADDRESS + reverse("release", args=[release.pk])
    subject = f"[Quell] {_('Release %(release)s is withdrawn') % {'release': release.name}}"
    words = {"release": release, "address": address}
    return subject, render_to_string("exports/release_withdrawn.txt", words).strip() + "\n"


def _send(release: Release, person: User) -> None:
    try:
        with translation.override(person.language):
            subject, text = withdrawal_letter(release)
        EmailMessage(subject, text, None, [person.email], headers=HEADERS).send()
    except Exception as error:  # one address that cannot be reached must not keep the letters of the others back
        # Neither the address nor the words of the mail server, which may repeat it.
        words = "The letter to person %s on release %s could not be sent (%s)."
        logger.warning(words, person.pk, release.name, type(error).__name__)
