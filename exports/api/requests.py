"""Requests for data, for programs: one's own, written and changed; for data managers those that were submitted.

Deciding on a request, and having its data assessed for that, stays on the pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from exports import services
from exports.api.request_options import options
from exports.api.requests_sent import RequestChange, RequestSent
from exports.api.serializers_requests import RequestOptions, RequestPage, RequestWhole
from exports.api.telling import request_line, request_whole
from exports.api.views import Address, made, person, require_seen, told
from exports.models import DataRequest
from exports.selectors import releases_visible, requests_visible
from exports.services.jobs import NotAllowedNowError
from sites.api.paging import PAGING, listed, page
from sites.api.problems import Refused, moved_on
from sites.api.sent import read
from sites.roles import Permission

TAGS = ["requests"]
READ = (Permission.REQUEST_CREATE, Permission.REQUEST_DECIDE)
WRITE = (Permission.REQUEST_CREATE,)


class Requests(Address):
    """The requests that a person may know of, and writing a new one."""

    permissions = {"GET": READ, "POST": WRITE}
    is_paged = True

    @extend_schema(tags=TAGS, operation_id="request_list", parameters=[*PAGING], responses={200: RequestPage})
    def get(self, request: Request) -> Response:
        """Return them, the latest first. Deciding on a request stays on the pages."""
        shown, following = page(request, requests_visible(person(request)))
        return told(request, listed([request_line(request, asked) for asked in shown], following))

    @extend_schema(tags=TAGS, operation_id="request_create", request=RequestSent, responses={201: RequestWhole})
    def post(self, request: Request) -> Response:
        """Write a draft and return it, with its address; nobody else reads it until it is submitted."""
        saved = services.request_save(by=person(request), **read(RequestSent, request))
        return made(request, whole(request, saved))


class OneRequest(Address):
    """One request."""

    http_method_names = ["get", "head", "patch"]
    permissions = {"GET": READ, "PATCH": WRITE}

    @extend_schema(tags=TAGS, operation_id="request_read", responses={200: RequestWhole})
    def get(self, request: Request, pk: UUID) -> Response:
        """Return what was asked for, what was said about it and decided, and what came of it."""
        return told(request, whole(request, get_object_or_404(requests_visible(person(request)), pk=pk)))

    @extend_schema(
        tags=TAGS, operation_id="request_change", request=RequestChange,
        responses={200: RequestWhole},
    )  # fmt: skip
    def patch(self, request: Request, pk: UUID) -> Response:
        """Change one's own draft in the fields that are sent, and return it; needs the ETag of what was read."""
        asked = own(request, pk)
        require_seen(request, whole(request, asked))
        kept = {name: getattr(asked, name) for name in RequestSent().get_fields()}
        given = {**kept, **read(RequestChange, request)}
        try:
            saved = services.request_save(by=person(request), request=asked, **given)
        except NotAllowedNowError as error:
            words = _("This request is no draft any more. Take it back to ask for something else.")
            raise Refused(moved_on(words)) from error
        return told(request, whole(request, saved))


class Options(Address):
    """What a request may ask for."""

    permissions = {"GET": READ}

    @extend_schema(tags=TAGS, operation_id="request_options", responses={200: RequestOptions})
    def get(self, request: Request) -> Response:
        """Return the criteria of a cohort with their levels, tables and datasets with their columns, and formats."""
        return told(request, options())


def own(request: Request, pk: UUID) -> DataRequest:
    """Return one's own request and keep it from others until the answer; Http404 for anybody else's."""
    mine: QuerySet[DataRequest] = requests_visible(person(request)).filter(requested_by=person(request))
    asked: DataRequest = get_object_or_404(mine.select_for_update(of=("self",)), pk=pk)
    return asked


def whole(request: Request, asked: DataRequest) -> Mapping[str, Any]:
    """Return a request as it is told by itself."""
    return request_whole(request, asked, list(releases_visible(person(request)).filter(request=asked)))
