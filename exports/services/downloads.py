"""Handing out a package, once per click, under accepted terms, with a line in the ledger."""

from __future__ import annotations

from pathlib import Path

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from exports.models import Download, Release, ReleasePackage, TermsAcceptance
from exports.selectors import download_right, packages_for, terms_accepted
from exports.services.places import release_root
from exports.terms import VERSION, terms_sha256
from sites.access import require
from sites.models import AccessKind, User
from sites.reads import access_record
from sites.roles import Permission


class PackageMissingError(RuntimeError):
    """The file of a published release is not where it was put, or not what it was."""


class TermsNotAcceptedError(ValidationError):
    """Nobody takes a release before they have accepted its terms."""


@transaction.atomic
def terms_accept(*, release: Release, by: User) -> TermsAcceptance:
    """Store that a person accepted the terms of a release as they stand; a second time changes nothing."""
    require(by, Permission.RELEASE_DOWNLOAD)
    download_right(release, by)
    found, _created = TermsAcceptance.objects.get_or_create(
        release=release, accepted_by=by, version=VERSION, defaults={"sha256": terms_sha256()}
    )
    return found


@transaction.atomic
def package_download(*, package: ReleasePackage, by: User) -> Path:
    """Enter a download in the ledger and return the file.

    PermissionDenied without a present right to this level; TermsNotAcceptedError before the terms are accepted.
    """
    require(by, Permission.RELEASE_DOWNLOAD)
    # A withdrawal waits until the file is open, and then knows of this download.
    release = Release.objects.select_for_update(of=("self",), no_key=True).get(pk=package.release_id)
    grant = download_right(release, by)
    if not packages_for(release, by).filter(pk=package.pk).exists():
        raise PermissionDenied("release.level")
    terms = terms_accepted(release, by, VERSION)
    if terms is None:
        raise TermsNotAcceptedError(_("Accept the terms of the release first."))
    path = release_root() / package.path
    if not release.is_published or not path.is_file() or path.stat().st_size != package.size:
        raise PackageMissingError(release.name)
    Download.objects.create(
        release=release, downloaded_by=by, grant=grant, package=package, terms=terms, package_sha256=package.sha256
    )
    detail = f"{release.name} {package.level} {package.format}"
    access_record(AccessKind.DOWNLOAD, object_type="release", object_id=release.pk, detail=detail)
    return path
