"""Uploads for programs: handed in, looked at, their findings read, as on the pages of uploads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from registry.api.serializers.uploads import (
    TOPICS,
    FindingOut,
    FindingPage,
    UploadIn,
    UploadOut,
    UploadPage,
    UploadWholeOut,
    told,
)
from registry.api.uploads_form import FormRequest
from registry.api.uploads_places import findings_after
from registry.api.uploads_sent import submitted
from registry.intake.downloads import template_csv
from registry.intake.topics import topic_of_code
from registry.models import Upload, UploadFile, UploadFinding
from registry.models.uploads import UploadState
from registry.selectors.uploads import upload_sites, uploads_visible
from sites.api.addresses import AFTER, one_of, page_after, parameters, rows_wanted
from sites.api.paging import PAGING, listed, page
from sites.api.views import Address
from sites.models import AccessKind
from sites.reads import access_record
from sites.roles import Permission

TAGS = ["uploads"]
MAY = (Permission.CASE_UPLOAD,)
FILTERS = [
    OpenApiParameter("site", OpenApiTypes.STR, description="Uploads of the hospital with this code alone."),
    OpenApiParameter("state", enum=UploadState.values, description="Uploads in this state alone."),
]


class Uploads(Address):
    """The uploads of the sites where a person may upload, and handing in files."""

    permissions = {"GET": MAY, "POST": MAY}
    parser_classes = [MultiPartParser]

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """Read the form as plain values."""
        return FormRequest(
            request,
            parsers=self.get_parsers(),
            authenticators=self.get_authenticators(),
            negotiator=self.get_content_negotiator(),
            parser_context=self.get_parser_context(request),
        )

    @extend_schema(tags=TAGS, operation_id="upload_list", parameters=[*FILTERS, *PAGING], responses={200: UploadPage})
    def get(self, request: Request) -> Response:
        """Return one page of them, the newest first."""
        asked = parameters(request, ("site", "state"))
        found, following = page(request, _narrowed(request, asked).prefetch_related(_files()))
        shown = UploadOut(context={"request": request})
        return Response(listed([shown.to_representation(upload) for upload in found], following))

    @extend_schema(
        tags=TAGS, operation_id="upload_create", request={"multipart/form-data": UploadIn},
        responses={202: UploadWholeOut},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Hand in CSV files of one hospital, or zip archives of them; a worker checks them row by row.

        Nothing is saved until somebody decides so, unless “commit” is true. Follow “url” until “state” says that the
        work has ended.
        """
        sent = submitted(request)
        response = answer(request, sent.pk, status.HTTP_202_ACCEPTED)
        response.headers["Location"] = response.data["url"]
        return response


class OneUpload(Address):
    """One upload."""

    permissions = {"GET": MAY}

    @extend_schema(tags=TAGS, operation_id="upload_read", responses={200: UploadWholeOut})
    def get(self, request: Request, upload_id: UUID) -> Response:
        """Return how far it is, what was counted in each file, and what may be done with it now."""
        parameters(request, (), is_paged=False)
        return answer(request, upload_id)


class Findings(Address):
    """What was found in an upload."""

    permissions = {"GET": MAY}

    @extend_schema(tags=TAGS, operation_id="upload_findings", parameters=[*PAGING], responses={200: FindingPage})
    def get(self, request: Request, upload_id: UUID) -> Response:
        """Return one page of the problems, in the order of the files; the reading is logged.

        At most 1,000 problems are kept for each file; its count is that of all.
        """
        sent, asked = visible(request, upload_id), parameters(request, ())
        size = rows_wanted(asked)
        findings = UploadFinding.objects.filter(file__upload=sent).select_related("file").defer("file__content")
        found = list(findings_after(findings, asked.get(AFTER, ""))[: size + 1])
        access_record(
            AccessKind.DOWNLOAD, object_type="upload", object_id=sent.pk, site=sent.site_id, detail="findings"
        )
        following = page_after(request, str(found[size - 1].pk)) if len(found) > size else None
        shown = FindingOut()
        return Response({"next": following, "results": [shown.to_representation(one) for one in found[:size]]})


class Csv(JSONRenderer):
    """Lets a program ask for a file by its kind; a refusal comes as a problem all the same."""

    media_type = "text/csv"
    format = "csv"


class Template(Address):
    """An empty file of a topic."""

    permissions = {"GET": MAY}
    renderer_classes = [JSONRenderer, Csv]

    @extend_schema(
        tags=TAGS, operation_id="upload_template",
        parameters=[OpenApiParameter("code", location=OpenApiParameter.PATH, enum=TOPICS)],
        responses={(200, "text/csv"): OpenApiTypes.STR},
    )  # fmt: skip
    def get(self, request: Request, code: str) -> HttpResponse:
        """Return the header that a file of the topic has, as CSV in UTF-8 with its mark."""
        parameters(request, (), is_paged=False)
        found = topic_of_code(code)
        if found is None:
            raise Http404
        headers = {"Content-Disposition": f'attachment; filename="{found.code}.csv"'}
        return HttpResponse(template_csv(found), content_type="text/csv; charset=utf-8", headers=headers)


def visible(request: Request, upload_id: UUID) -> Upload:
    """Return an upload of a site where the person may upload; Http404 for any other."""
    return get_object_or_404(uploads_visible(request.user).prefetch_related(_files()), pk=upload_id)


def answer(request: Request, upload_id: UUID, code: int = status.HTTP_200_OK) -> Response:
    """Return the answer that holds an upload as it is now."""
    return Response(told(visible(request, upload_id), {"request": request}), status=code)


def _narrowed(request: Request, asked: Mapping[str, str]) -> QuerySet[Upload]:
    uploads = uploads_visible(request.user)
    codes = upload_sites(request.user).order_by("code").values_list("code", flat=True)
    for name, field, known in (("site", "site__code", codes), ("state", "state", UploadState.values)):
        if name in asked:
            uploads = uploads.filter(**{field: one_of(name, asked[name], list(known))})
    return uploads


def _files() -> Any:
    return Prefetch("files", UploadFile.objects.defer("content").order_by("topic"))
