"""Tokens for REDCap clients: made under accepted terms, shown once, revoked."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from exports.models import Release, ReleaseGrant, ReleaseToken
from exports.selectors import download_right, terms_accepted
from exports.selectors.redcap_tokens import last_day_for, redcap_packages, token_digest
from exports.services.downloads import TermsNotAcceptedError
from exports.terms import VERSION
from sites.access import can, require
from sites.models import User
from sites.roles import Permission

# As many as one person uses at the same time: a few machines and a spare.
MOST_LIVING: Final = 5
# Half as many bytes as characters; clients take 32 characters and no other number.
TOKEN_BYTES: Final = 16


@transaction.atomic
def token_create(*, release: Release, level: str, label: str, last_day: dt.date, by: User) -> tuple[ReleaseToken, str]:
    """Make a token for one level of a release and return it with its characters, which are kept nowhere.

    PermissionDenied without a present right to the level, TermsNotAcceptedError before the terms are accepted,
    ValidationError for a day out of bounds or one token too many.
    """
    require(by, Permission.RELEASE_DOWNLOAD)
    # Two tokens asked for at the same moment are counted one after the other.
    release = Release.objects.select_for_update(of=("self",), no_key=True).get(pk=release.pk)
    grant = download_right(release, by)
    if not release.is_published or not redcap_packages(release, by).filter(level=level).exists():
        raise PermissionDenied("release.level")
    if terms_accepted(release, by, VERSION) is None:
        raise TermsNotAcceptedError(_("Accept the terms of the release first."))
    _refuse_wrong(release, last_day, grant, by)
    written = secrets.token_hex(TOKEN_BYTES).upper()
    token = ReleaseToken(release=release, owner=by, level=level, label=label.strip(), expires_at=_end_of(last_day))
    token.digest, token.hint = token_digest(written), written[-4:]
    token.full_clean()
    token.save()
    return token, written


def _refuse_wrong(release: Release, last_day: dt.date, grant: ReleaseGrant | None, by: User) -> None:
    latest = last_day_for(grant)
    if not timezone.localdate() <= last_day <= latest:
        raise ValidationError({"last_day": _("Choose a day from today to %(day)s.") % {"day": latest.isoformat()}})
    if ReleaseToken.objects.living(timezone.now()).filter(release=release, owner=by).count() >= MOST_LIVING:
        words = _("You have %(most)s tokens of this release. Revoke one first.") % {"most": MOST_LIVING}
        raise ValidationError(words)


def _end_of(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time()))


@transaction.atomic
def token_revoke(*, token: ReleaseToken, by: User) -> None:
    """End a token now: one's own, for data managers any; a second time changes nothing."""
    require(by, Permission.RELEASE_DOWNLOAD)
    if token.owner_id != by.pk and not can(by, Permission.RELEASE_FREEZE):
        raise PermissionDenied("release.token")
    ReleaseToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())
