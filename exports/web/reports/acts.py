"""What is done with study reports: one asked for, its files taken."""

from __future__ import annotations

import hashlib
import json
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from exports import services
from exports.models import StudyReport
from exports.services.downloads import PackageMissingError, TermsNotAcceptedError
from exports.services.jobs import NotAllowedNowError
from exports.services.report_files import FILES
from exports.services.reports import TooManyReportsError
from exports.web.holders.file import file_response
from exports.web.person import person
from exports.web.reports.forms import PlanForm
from exports.web.reports.pages import reports_shown
from exports.web.reports.seen import release_seen, report_seen, told_report
from sites.access import guard
from sites.models import AccessKind
from sites.reads import access_record
from sites.roles import Permission
from sites.signin import recently_authenticated

HTML: Final = "text/html; charset=utf-8"
TYPES: Final = {".json": "application/json", ".zip": "application/zip", ".pdf": "application/pdf", ".html": HTML}


@require_POST
@guard(Permission.RELEASE_DOWNLOAD)
def study_report_make(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask for a report; the same asked again leads to the one there is."""
    seen = release_seen(person(request), pk)
    if not seen.is_whole:
        raise PermissionDenied("release.report")
    form = PlanForm(request.POST)
    if not form.is_valid():
        return reports_shown(request, seen, form)
    try:
        report = services.report_request(release=seen.release, plan=form.plan, by=person(request))
    except TooManyReportsError as error:
        messages.warning(request, _(str(error)))
        return redirect("study_reports", pk=pk)
    except NotAllowedNowError:
        messages.warning(request, _("The release has changed meanwhile; this page shows how it stands now."))
        return redirect("release", pk=pk)
    return redirect("study_report", pk=pk, report_pk=report.pk)


@require_POST
@guard(Permission.RELEASE_DOWNLOAD)
def study_report_file(request: HttpRequest, pk: UUID, report_pk: UUID, file: str) -> HttpResponse:
    """Hand out one file of a report and enter it in the ledger; asks again who it is after five minutes."""
    seen, report = report_seen(person(request), pk, report_pk)
    if file not in FILES:
        raise Http404
    if not seen.is_whole:
        raise PermissionDenied("release.report")
    return _handed_out(request, report, file)


@recently_authenticated
def _handed_out(request: HttpRequest, report: StudyReport, file: str) -> HttpResponse:
    try:
        path = services.report_download(report=report, file=file, by=person(request))
    except PackageMissingError:
        messages.error(request, _("The file of this report is missing or damaged. Make the report again."))
    except TermsNotAcceptedError:
        messages.warning(request, _("Accept the terms of the release first; then its reports can be taken."))
    else:
        name = f"{report.filename}{'-es' if file.endswith('-es') else ''}{path.suffix}"
        return file_response(path, name, TYPES[path.suffix])
    return redirect("study_report", pk=report.release_id, report_pk=report.pk)


@require_GET
@guard(Permission.RELEASE_DOWNLOAD)
def study_report_json(request: HttpRequest, pk: UUID, report_pk: UUID) -> HttpResponse:
    """Return the figures of a report without small numbers, as the page shows them to whoever holds less than all."""
    seen, report = report_seen(person(request), pk, report_pk)
    if seen.is_whole or seen.needs_terms or not report.is_done:
        return redirect("study_report", pk=pk, report_pk=report_pk)
    found = told_report(seen, report)
    if found is None:
        raise Http404
    detail = f"{seen.release.name} report figures without small numbers"
    access_record(AccessKind.DOWNLOAD, object_type="release", object_id=seen.release.pk, detail=detail)
    content = json.dumps(found, ensure_ascii=False, indent=1)
    response = HttpResponse(content, content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{report.filename}-suppressed.json"'
    response.headers["X-Checksum-SHA256"] = hashlib.sha256(content.encode()).hexdigest()
    return response
