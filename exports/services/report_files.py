"""Handing out the files of a study report, under accepted terms, with a line in the ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from exports.models import Download, Release, StudyReport
from exports.selectors import download_right, terms_accepted
from exports.selectors.reports import Reach, report_reach
from exports.services.downloads import PackageMissingError, TermsNotAcceptedError
from exports.services.places import report_folder
from exports.services.reports import APPENDIX_FILE, REPORT_FILE, report_is_there, sha256_of
from exports.terms import VERSION
from sites.access import require
from sites.models import AccessKind, User
from sites.reads import access_record
from sites.roles import Permission

# What can be taken, by its name in the address.
FILES: Final = {
    "appendix": APPENDIX_FILE,
    "json": REPORT_FILE,
    "html-en": "report.html",
    "html-es": "report.es.html",
    "pdf-en": "report.pdf",
    "pdf-es": "report.es.pdf",
}


@transaction.atomic
def report_download(*, report: StudyReport, file: str, by: User) -> Path:
    """Enter a download of a whole report in the ledger and return the file.

    PermissionDenied without a present right to all of it; TermsNotAcceptedError before the terms are accepted.
    """
    require(by, Permission.RELEASE_DOWNLOAD)
    release = Release.objects.select_for_update(of=("self",), no_key=True).get(pk=report.release_id)
    grant = download_right(release, by)
    if report_reach(release, by) != Reach.WHOLE:
        raise PermissionDenied("release.report")
    terms = terms_accepted(release, by, VERSION)
    if terms is None:
        raise TermsNotAcceptedError(_("Accept the terms of the release first."))
    path = report_folder(release.pk, report.pk) / FILES[file]
    if not report.is_done or not report_is_there(report) or not path.is_file():
        raise PackageMissingError(str(report))
    Download.objects.create(
        release=release, downloaded_by=by, grant=grant, report=report, terms=terms, package_sha256=sha256_of(path)
    )
    access_record(
        AccessKind.DOWNLOAD, object_type="release", object_id=release.pk, detail=f"{release.name} report {file}"
    )
    return path
