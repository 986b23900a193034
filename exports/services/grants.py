"""Giving a release to an investigator, and taking it back."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from exports.models import Level, Release, ReleaseGrant
from sites.access import can, require
from sites.models import User
from sites.roles import Permission


@transaction.atomic
def release_grant(
    *, release: Release, investigator: User, valid_until: date, by: User, level: str = ""
) -> ReleaseGrant:
    """Let an investigator download a release until a day, at its own level or a lower one; an earlier grant ends.

    Never to oneself.
    """
    require(by, Permission.RELEASE_GRANT)
    # Whoever gives it at the same moment, or withdraws it, comes before or after.
    release = Release.objects.select_for_update(of=("self",), no_key=True).get(pk=release.pk)
    _refuse_wrong(release, investigator, valid_until)
    if level and level not in Level.at_most(release.profile):
        raise ValidationError({"level": _("The release has no such level.")})
    ReleaseGrant.objects.filter(release=release, investigator=investigator, revoked_at=None).update(
        revoked_at=timezone.now()
    )
    grant = ReleaseGrant(release=release, investigator=investigator, granted_by=by, valid_until=valid_until)
    grant.level = level or release.profile
    grant.full_clean()
    grant.save()
    return grant


def grant_requester(release: Release) -> None:
    """Give a release that was made for a request to whoever asked, as it was decided; needs an audit context."""
    request = release.request
    if request is None or request.decided_by is None or request.valid_until is None:
        return
    ReleaseGrant.objects.create(
        release=release,
        investigator=request.requested_by,
        granted_by=request.decided_by,
        valid_until=request.valid_until,
        level=release.profile,
    )


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
