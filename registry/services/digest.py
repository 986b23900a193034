"""The e-mail that tells people which data queries wait for them: once a period, in their language, without any case.

A letter is claimed before it goes and given back where it could not be sent, so a task that runs twice sends nothing
twice, and one that failed is sent by the next run.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from registry.models import DigestChoice, DigestFrequency
from registry.selectors.query_digest import DigestPart, digest_choice, digest_of, digest_readers, is_due
from sites.access import require
from sites.context import acting_as
from sites.models import User
from sites.roles import Permission

logger = logging.getLogger(__name__)
# Answers "out of office" have nobody to go to.
HEADERS = {"Auto-Submitted": "auto-generated"}


@dataclass
class Sent:
    """How many letters went, and how many could not be sent."""

    count: int = 0
    failed: int = 0


def digest_choose(*, frequency: str, by: Any) -> DigestChoice:
    """Set how often a person gets the e-mail; ValidationError for what is no frequency."""
    require(by, Permission.CASE_VIEW)
    if frequency not in DigestFrequency.values:
        raise ValidationError({"frequency": _("Choose how often the e-mail comes.")})
    return DigestChoice.objects.update_or_create(user=by, defaults={"frequency": frequency})[0]


def digest_letter(parts: Sequence[DigestPart]) -> tuple[str, str]:
    """Return subject and text, in the language of the moment: counts by hospital, and where to look."""
    address = settings.QUELL_ADDRESS
    words = {
        "parts": parts,
        "queries_url": address + reverse("queries"),
        "choice_url": address + reverse("query_digest"),
    }
    subject = f"[Quell] {_('Data queries wait for you')}"
    return subject, render_to_string("registry/queries/digest.txt", words).strip() + "\n"


def digests_send(now: datetime | None = None) -> Sent:
    """Send what is due at a moment to everybody for whom something waits; nobody's failure keeps another's back."""
    moment, sent = now or timezone.now(), Sent()
    for person in digest_readers(timezone.localdate(moment)):
        choice = digest_choice(person)
        if not is_due(choice, timezone.localdate(moment)):
            continue
        if (parts := _waiting(person, moment)) and _claim(choice, moment):
            _deliver(person, parts, choice, moment, sent)
    return sent


def _waiting(person: User, now: datetime) -> list[DigestPart]:
    with acting_as(person, reason="e-mail digest", source="system"):
        return digest_of(person, now)


def _claim(choice: DigestChoice, now: datetime) -> bool:
    """Note the letter as sent, unless another run has done so since it was looked at."""
    if choice._state.adding:
        DigestChoice.objects.get_or_create(user=choice.user, defaults={"frequency": choice.frequency})
    mine = DigestChoice.objects.filter(pk=choice.pk, frequency=choice.frequency, last_sent_at=choice.last_sent_at)
    return bool(mine.update(last_sent_at=now))


def _deliver(person: User, parts: Sequence[DigestPart], choice: DigestChoice, now: datetime, sent: Sent) -> None:
    try:
        with translation.override(person.language):
            subject, text = digest_letter(parts)
        EmailMessage(subject, text, None, [person.email], headers=HEADERS).send()
    except Exception as error:  # one address that cannot be reached must not keep the letters of the others back
        # Neither the address nor the words of the mail server, which may repeat it.
        logger.warning("The digest of person %s could not be sent (%s).", person.pk, type(error).__name__)
        DigestChoice.objects.filter(pk=choice.pk, last_sent_at=now).update(last_sent_at=choice.last_sent_at)
        sent.failed += 1
    else:
        sent.count += 1
