"""Handing out a package, once per click, with a line in the ledger."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from exports.models import Download, Release
from exports.selectors import download_right
from exports.services.places import release_root
from sites.access import require
from sites.models import AccessKind, User
from sites.reads import access_record
from sites.roles import Permission


class PackageMissingError(RuntimeError):
    """The file of a published release is not where it was put, or not what it was."""


@transaction.atomic
def release_download(*, release: Release, by: User) -> Path:
    """Enter a download in the ledger and return the package; PermissionDenied without a present right to it."""
    require(by, Permission.RELEASE_DOWNLOAD)
    grant = download_right(release, by)
    path = release_root() / release.package_path
    if not release.is_published or not path.is_file() or path.stat().st_size != release.package_bytes:
        raise PackageMissingError(release.name)
    Download.objects.create(release=release, downloaded_by=by, grant=grant, package_sha256=release.package_sha256)
    access_record(AccessKind.DOWNLOAD, object_type="release", object_id=release.pk, detail=release.name)
    return path
