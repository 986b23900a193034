"""Giving a release to an investigator, and taking it back."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from exports.models import Release, ReleaseGrant
from sites.access import can, require
from sites.models import User
from sites.roles import Permission


@transaction.atomic
def release_grant(*, release: Release, investigator: User, valid_until: date, by: User) -> ReleaseGrant:
    """Let an investigator download a release until a day; an earlier grant of it ends. Never to oneself."""
    require(by, Permission.RELEASE_GRANT)
    _refuse_wrong(release, investigator, valid_until)
    ReleaseGrant.objects.filter(release=release, investigator=investigator, revoked_at=None).update(
        revoked_at=timezone.now()
    )
    grant = ReleaseGrant(release=release, investigator=investigator, granted_by=by, valid_until=valid_until)
    grant.full_clean()
    grant.save()
    return grant


def _refuse_wrong(release: Release, investigator: User, valid_until: date) -> None:
    if not release.is_published:
        raise ValidationError(_("The release is not published yet."))
    if not can(investigator, Permission.RELEASE_DOWNLOAD):
        raise ValidationError({"investigator": _("This person may not download releases.")})
    if valid_until < timezone.localdate():
        raise ValidationError({"valid_until": _("This day is over already.")})


@transaction.atomic
def release_revoke(*, grant: ReleaseGrant, by: User) -> None:
    """End a grant now."""
    require(by, Permission.RELEASE_GRANT)
    ReleaseGrant.objects.filter(pk=grant.pk, revoked_at=None).update(revoked_at=timezone.now())
