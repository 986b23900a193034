"""What is done to a release: downloaded, tried again, cancelled."""

from __future__ import annotations

import base64
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from exports import services
from exports.models import Release
from exports.selectors import releases_visible
from exports.services.downloads import PackageMissingError
from exports.services.jobs import NotAllowedNowError
from exports.web.person import person
from sites.access import guard
from sites.roles import Permission


@require_POST
@guard(Permission.RELEASE_DOWNLOAD)
def release_download(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Hand out the package and enter it in the ledger."""
    release = get_object_or_404(releases_visible(person(request)), pk=pk)
    try:
        path = services.release_download(release=release, by=person(request))
    except PackageMissingError:
        messages.error(request, _("The file of this release is missing or damaged. Tell whoever runs the server."))
        return redirect("release", pk=pk)
    response = FileResponse(path.open("rb"), as_attachment=True, filename=f"{release.name}.zip")
    response.headers["Content-Type"] = "application/zip"
    response.headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(release.package_sha256)).decode()}:"
    response.headers["X-Checksum-SHA256"] = release.package_sha256
    response.headers["Cache-Control"] = "no-store"
    # A response for all purposes of a view, though Django derives it from another base.
    return cast(HttpResponse, response)


@require_POST
@guard(Permission.RELEASE_FREEZE)
def release_retry(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Queue a failed or cancelled job again."""
    return _act(request, pk, "retry")


@require_POST
@guard(Permission.RELEASE_FREEZE)
def release_cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop a job."""
    return _act(request, pk, "cancel")


def _act(request: HttpRequest, pk: UUID, act: str) -> HttpResponse:
    release: Release = get_object_or_404(releases_visible(person(request)), pk=pk)
    service = services.job_retry if act == "retry" else services.job_cancel
    try:
        service(job=release.job, by=person(request))
    except NotAllowedNowError:
        messages.warning(request, _("The job has changed meanwhile; this page shows how it stands now."))
    return redirect("release", pk=pk)
