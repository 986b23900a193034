"""What programs do with one query: the acts of the pages, by the same services, each on the version that was seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from registry.api.queries import TAGS, as_data, person_named, seen_by, told
from registry.api.serializers.queries import (
    AnswerIn,
    AssignIn,
    CloseIn,
    CommentIn,
    NothingIn,
    QueryWithThreadOut,
    ReopenIn,
)
from registry.models import DataQuery
from registry.selectors.queries import queries_visible
from registry.services.case_turns import wait_for_turns
from registry.services.queries import query_answer, query_assign, query_close, query_comment, query_reopen
from registry.services.suggestions import suggestion_accept
from sites.api.preconditions import fits
from sites.api.problems import Refused, stale
from sites.api.sent import read
from sites.api.views import Address
from sites.roles import Permission

IF_MATCH = OpenApiParameter(
    "If-Match", {"type": "string", "pattern": r'^(\*|(W/)?"[!#-~]*")$'}, OpenApiParameter.HEADER,
    description="The ETag of what you have read: the act is done to that version alone. Without it, to any.",
)  # fmt: skip


class Act(Address):
    """One act on one query: look it up, see that it is the one that was meant, read what was sent, do it."""

    sent: ClassVar[type[serializers.Serializer[Any]]] = NothingIn
    service: ClassVar[Callable[..., Any]]

    def post(self, request: Request, query_id: UUID) -> Response:
        """Do it and return the query as it is then."""
        query = seen_by(request.user, query_id)
        given = self.arguments(read(self.sent, request))
        _require_seen(request, query, self.hold)
        type(self).service(query=query, by=request.user, **given)
        return told(request, query_id)

    def arguments(self, given: dict[str, Any]) -> dict[str, Any]:
        """Return what the service is given."""
        return given

    def hold(self, query: DataQuery) -> None:
        """Keep others from changing the query until the act is done."""
        queries_visible(self.request.user).select_for_update(of=("self",)).filter(pk=query.pk).first()


def _described(name: str, words: str) -> Callable[[type[Act]], type[Act]]:
    """Say in the description of the interface what an act does and takes."""

    def describe(act: type[Act]) -> type[Act]:
        told_of = extend_schema(
            tags=TAGS, operation_id=f"query_{name}", description=words, parameters=[IF_MATCH], request=act.sent,
            responses={200: QueryWithThreadOut},
        )  # fmt: skip
        return extend_schema_view(post=told_of)(act)

    return describe


@_described("answer", "Answer a query for the hospital, and return it as it is then.")
class Answer(Act):
    """Answering for the hospital."""

    permissions = {"POST": (Permission.QUERY_ANSWER,)}
    sent, service = AnswerIn, query_answer


@_described("comment", "Add words to the thread of a query.")
class Comment(Act):
    """Adding words."""

    permissions = {"POST": (Permission.QUERY_OPEN, Permission.QUERY_ANSWER)}
    sent, service = CommentIn, query_comment


@_described("assign", "Say who is to answer a query.")
class Assign(Act):
    """Saying who is to answer."""

    permissions = {"POST": (Permission.QUERY_OPEN, Permission.QUERY_ANSWER)}
    sent, service = AssignIn, query_assign

    def arguments(self, given: dict[str, Any]) -> dict[str, Any]:
        """Return the person for the key."""
        return {"assignee": person_named(given["assignee"])}


@_described("close", "Settle a query.")
class Close(Act):
    """Settling."""

    permissions = {"POST": (Permission.QUERY_CLOSE,)}
    sent, service = CloseIn, query_close


@_described("reopen", "Ask a settled query again.")
class Reopen(Act):
    """Asking again."""

    permissions = {"POST": (Permission.QUERY_CLOSE,)}
    sent, service = ReopenIn, query_reopen


@_described("accept", "Take the values that a query suggests over into the record.")
class Accept(Act):
    """Taking the suggested values over into the record."""

    permissions = {"POST": (Permission.CASE_EDIT,)}
    service = suggestion_accept

    def hold(self, query: DataQuery) -> None:
        """Wait for the case first, as everybody does who writes to it."""
        wait_for_turns([query.patient_id])
        super().hold(query)


def _require_seen(request: Request, query: DataQuery, hold: Callable[[DataQuery], None]) -> None:
    """Raise Refused with the present state where the query is not the version that `If-Match` names."""
    if "If-Match" not in request.headers:
        return
    hold(query)
    current = seen_by(request.user, query.pk)
    if not fits(request, current.version):
        raise Refused(stale(as_data(request, current)))
