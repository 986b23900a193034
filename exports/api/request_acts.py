"""What programs do with a request for data: hand it in, take it back, talk about it. Deciding stays on the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from exports import services
from exports.api.requests import READ, TAGS, WRITE, own, whole
from exports.api.requests_sent import MessageSent, NothingSent
from exports.api.serializers_requests import RequestMessageOut, RequestMessagePage, RequestWhole
from exports.api.telling import message_line
from exports.api.views import Address, person, told
from exports.models import DataRequest
from exports.selectors import requests_visible
from exports.services.jobs import NotAllowedNowError
from sites.api.paging import PAGING, listed, page
from sites.api.problems import Refused, moved_on
from sites.api.sent import read


class RequestAct(Address):
    """One act on one's own request."""

    permissions = {"POST": WRITE}
    service: ClassVar[Callable[..., DataRequest]]
    too_late: ClassVar[str]

    def post(self, request: Request, pk: UUID) -> Response:
        """Do it, and return the request as it is then."""
        asked = own(request, pk)
        read(NothingSent, request)
        try:
            done = type(self).service(request=asked, by=person(request))
        except NotAllowedNowError as error:
            raise Refused(moved_on(_(self.too_late))) from error
        return told(request, whole(request, done))


def _described(operation_id: str, words: str) -> Callable[[type[RequestAct]], type[RequestAct]]:
    described = extend_schema(
        tags=TAGS, operation_id=operation_id, description=words, request=NothingSent, responses={200: RequestWhole}
    )
    return extend_schema_view(post=described)


@_described("request_submit", "Hand one's own draft to the data managers, who decide on it on the pages.")
class Submit(RequestAct):
    """Handing in a draft."""

    service = services.request_submit
    too_late = gettext_noop("This request is no draft any more: it was submitted or taken back meanwhile.")


@_described("request_recall", "Take one's own request back before it is decided on.")
class Recall(RequestAct):
    """Taking a request back."""

    service = services.request_recall
    too_late = gettext_noop("This request was decided on or taken back already. Read it once more.")


class Messages(Address):
    """What was said about a request."""

    permissions = {"GET": READ, "POST": READ}
    is_paged = True

    @extend_schema(
        tags=TAGS, operation_id="request_messages", parameters=[*PAGING], responses={200: RequestMessagePage}
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """Return the messages about a request, the earliest first."""
        shown, following = page(
            request, _seen(request, pk).messages.select_related("written_by"), by="written_at", is_latest_first=False
        )
        return told(request, listed([message_line(message) for message in shown], following))

    @extend_schema(tags=TAGS, operation_id="request_message", request=MessageSent, responses={201: RequestMessageOut})
    def post(self, request: Request, pk: UUID) -> Response:
        """Add a message of the person who asked or of a data manager; the other side gets an e-mail."""
        asked, given = _seen(request, pk), read(MessageSent, request)
        try:
            message = services.request_message(request=asked, by=person(request), **given)
        except NotAllowedNowError as error:
            words = _("Nobody else reads a draft. Submit the request first.")
            raise Refused(moved_on(words)) from error
        return told(request, message_line(message), status.HTTP_201_CREATED)


def _seen(request: Request, pk: UUID) -> DataRequest:
    asked: DataRequest = get_object_or_404(requests_visible(person(request)), pk=pk)
    return asked
