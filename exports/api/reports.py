"""Study reports for programs: asked for, waited for, read, and taken with their scripts."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from exports import services
from exports.api.problems import (
    not_out,
    old_sign_in,
    refusals,
    report_missing,
    report_not_done,
    terms_not_accepted,
    too_many_reports,
    wrong_plan,
)
from exports.api.serializers_reports import ReportLine, ReportPage, ReportPlan, ReportWhole
from exports.api.views import Address, Zip, made, person, told
from exports.models import StudyReport
from exports.report.plan import Plan, PlanError
from exports.selectors.reports import reports_for
from exports.services.downloads import PackageMissingError, TermsNotAcceptedError
from exports.services.jobs import NotAllowedNowError
from exports.services.reports import TooManyReportsError
from exports.web.holders.file import file_response
from exports.web.reports.seen import Seen, release_seen, report_seen, told_report
from sites.api.paging import PAGING, listed, page
from sites.api.problems import Refused
from sites.models import Scope
from sites.roles import Permission
from sites.signin import has_just_proved

VIEW = (Permission.RELEASE_VIEW,)
DOWNLOAD = (Permission.RELEASE_DOWNLOAD,)
TAGS = ["reports"]


class Reports(Address):
    """The study reports of a release."""

    permissions = {"GET": VIEW, "POST": DOWNLOAD}
    scopes = {"POST": Scope.EXPORT}
    is_paged = True

    @extend_schema(tags=TAGS, operation_id="report_list", parameters=[*PAGING], responses={200: ReportPage})
    def get(self, request: Request, pk: UUID) -> Response:
        """Return them, the latest first."""
        seen = release_seen(person(request), pk)
        shown, following = page(request, reports_for(seen.release, person(request)), by="requested_at")
        return told(request, listed([_line(request, seen, report) for report in shown], following))

    @extend_schema(tags=TAGS, operation_id="report_request", request=ReportPlan, responses={202: ReportLine})
    def post(self, request: Request, pk: UUID) -> Response:
        """Ask for a report under a plan; nothing sent is the whole cohort. The same plan again is the same report."""
        seen = release_seen(person(request), pk)
        if not isinstance(request.data, Mapping):
            raise Refused(wrong_plan(_("Send the plan as an object.")))
        try:
            plan = Plan.of(request.data)
            report = services.report_request(release=seen.release, plan=plan, by=person(request))
        except PlanError as error:
            raise Refused(wrong_plan(str(error))) from error
        except TooManyReportsError as error:
            raise Refused(too_many_reports(_(str(error)))) from error
        except NotAllowedNowError as error:
            raise Refused(not_out()) from error
        return made(request, _line(request, seen, report), status.HTTP_202_ACCEPTED)


class OneReport(Address):
    """One study report."""

    permissions = {"GET": VIEW}
    scopes = {"GET": Scope.EXPORT}

    @extend_schema(
        tags=TAGS,
        operation_id="report_read",
        responses={200: ReportWhole, **refusals(HTTPStatus.CONFLICT, HTTPStatus.GONE)},
    )
    def get(self, request: Request, pk: UUID, report_pk: UUID) -> Response:
        """Return how far it is and, once it is done, its figures; without small numbers where that is one's level.

        All figures are those of the file that the page hands out: they are entered in the ledger like it.
        """
        seen, report = _seen(request, pk, report_pk)
        data = _line(request, seen, report)
        if report.is_done:
            found = told_report(seen, report)
            if found is None:
                raise Refused(report_missing())
            data["report"] = found
        answer = told(request, data)
        if "report" in data and seen.is_whole and answer.status_code == status.HTTP_200_OK:
            _handed_out(request, report, "json")
        return answer


class Appendix(Address):
    """The files of a study report with the scripts that recompute it."""

    permissions = {"GET": DOWNLOAD}
    scopes = {"GET": Scope.EXPORT}
    renderer_classes = [JSONRenderer, Zip]

    @extend_schema(
        tags=TAGS,
        operation_id="report_appendix",
        responses={(200, "application/zip"): OpenApiTypes.BINARY, **refusals(HTTPStatus.CONFLICT, HTTPStatus.GONE)},
    )
    def get(self, request: Request, pk: UUID, report_pk: UUID) -> HttpResponse:
        """Hand out the archive and enter it in the ledger."""
        seen, report = _seen(request, pk, report_pk)
        if not seen.is_whole:
            raise PermissionDenied("release.report")
        if not report.is_done:
            raise Refused(report_not_done())
        path = _handed_out(request, report, "appendix")
        return file_response(path, f"{report.filename}.zip", "application/zip", report.appendix_sha256)


def _seen(request: Request, pk: UUID, report_pk: UUID) -> tuple[Seen, StudyReport]:
    seen, report = report_seen(person(request), pk, report_pk)
    if seen.needs_terms:
        raise Refused(terms_not_accepted())
    return seen, report


def _handed_out(request: Request, report: StudyReport, file: str) -> Path:
    """Enter a file of the whole report in the ledger and return it, to whoever has just proved who they are."""
    if not has_just_proved(request._request):
        raise Refused(old_sign_in())
    try:
        return services.report_download(report=report, file=file, by=person(request))
    except PackageMissingError as error:
        raise Refused(report_missing()) from error
    except TermsNotAcceptedError as error:
        raise Refused(terms_not_accepted()) from error


def _line(request: Request, seen: Seen, report: StudyReport) -> dict[str, Any]:
    """Return one report without its figures; the sums of the whole only to whoever sees the whole."""
    is_whole = seen.is_whole
    keys = (report.release_id, report.pk)
    return {
        "id": report.pk,
        "release": report.release.name,
        "plan": report.plan,
        "state": report.state,
        "step": _(report.step_words) if report.step_words else "",
        "error": _(report.error_words) if report.error_words else "",
        "error_reference": report.error_reference,
        "code_revision": report.code_revision,
        "requested_at": report.requested_at,
        "finished_at": report.finished_at,
        "report_sha256": report.report_sha256 if is_whole else "",
        "appendix_sha256": report.appendix_sha256 if is_whole else "",
        "url": str(request.build_absolute_uri(reverse("api_report", args=keys))),
        "appendix": str(request.build_absolute_uri(reverse("api_report_appendix", args=keys)))
        if report.is_done and is_whole
        else None,
    }
