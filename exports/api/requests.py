"""Requests for data, for programs: one's own; for data managers those that were submitted."""

from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from exports.api.telling import request_line, request_whole
from exports.api.views import Address, person, told
from exports.models import DataRequest
from exports.selectors import releases_visible, requests_visible
from sites.roles import Permission

READ = (Permission.REQUEST_CREATE, Permission.REQUEST_DECIDE)


class Requests(Address):
    """The requests that a person may know of."""

    permissions = {"GET": READ}

    def get(self, request: Request) -> Response:
        """Return them, the latest first."""
        return told(request, {"results": [request_line(request, asked) for asked in requests_visible(person(request))]})


class OneRequest(Address):
    """One request."""

    permissions = {"GET": READ}

    def get(self, request: Request, pk: UUID) -> Response:
        """Return what was asked for, what was said about it and decided, and what came of it."""
        asked: DataRequest = get_object_or_404(requests_visible(person(request)), pk=pk)
        releases = list(releases_visible(person(request)).filter(request=asked))
        return told(request, request_whole(request, asked, releases))
