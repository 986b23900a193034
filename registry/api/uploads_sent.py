"""Taking in the files that a program hands in: under the same limits as on the page of a new upload."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from rest_framework.request import Request

from registry import intake
from registry.api.serializers.uploads import UploadIn
from registry.intake.unpacking import MEGABYTE, SENT_BYTES_MAX
from registry.models import Upload
from registry.selectors.uploads import upload_sites
from sites.api.problems import FieldError, Refused, wrong_fields
from sites.api.sent import read
from sites.models import Site


def submitted(request: Request) -> Upload:
    """Store the files that were sent as an upload, and wake a worker; Refused, by field, for what cannot be one."""
    given = read(UploadIn, request)
    site, files = _site(request, given.pop("site")), given.pop("files")
    try:
        sent = intake.submit(by=request.user, site=site, files=_contents(files), **given)
    except intake.UploadRefused as refused:
        raise Refused(wrong_fields([FieldError("files", str(refused), str(refused))])) from refused
    intake.enqueue(sent)
    return sent


def _site(request: Request, code: str) -> Site:
    sites = upload_sites(request.user).order_by("code")
    site = sites.filter(code=code).first()
    if site is None:
        remedy = _("Use one of: %(values)s.") % {"values": ", ".join(sites.values_list("code", flat=True))}
        words = _("There is no such hospital, or none for which you may upload.")
        raise Refused(wrong_fields([FieldError("site", words, remedy)]))
    return site


def _contents(files: Sequence[UploadedFile[Any]]) -> dict[str, bytes]:
    """Return name -> bytes; files are measured before they are read."""
    size = sum(file.size or 0 for file in files)
    if size > SENT_BYTES_MAX:
        raise intake.UploadRefused("too_large", size=-(-size // MEGABYTE), limit=SENT_BYTES_MAX // MEGABYTE)
    names = [str(file.name) for file in files]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        words = _("Two files are named %(name)s. Put their rows into one.") % {"name": ", ".join(twice)}
        raise Refused(wrong_fields([FieldError("files", words, words)]))
    return dict(zip(names, (file.read() for file in files), strict=True))
