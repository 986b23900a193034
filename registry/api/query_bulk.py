"""The same act on several queries at once: each is done by itself, and each has its own result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from registry.api.queries import TAGS
from registry.api.serializers.queries import ManyAnswerIn, ManyCloseIn, ManyOut, QueryOut
from registry.checks.settings import settings_now
from registry.models import DataQuery
from registry.selectors.queries import queries_visible
from registry.services.query_many import Done, queries_answer, queries_close
from sites.access import can
from sites.api.problems import FieldError, Problem, Refused, moved_on, no_right, not_found, stale, wrong_fields
from sites.api.sent import read
from sites.api.views import Address
from sites.roles import Permission

Wanted = Mapping[UUID, int | None]


class Bulk(Address):
    """One act on several queries."""

    permission: ClassVar[Permission]
    sent: ClassVar[type[serializers.Serializer[Any]]]
    service: ClassVar[Callable[..., Done]]

    def post(self, request: Request) -> Response:
        """Do it to each, and say of each what came of it, in the order in which they were sent."""
        given = read(self.sent, request)
        wanted = _wanted(given.pop("queries"))
        held = _held(request, wanted)
        fresh = [query for key, query in held.items() if wanted[key] in (None, query.version)]
        done = type(self).service(queries=fresh, by=request.user, **given)
        why = {query.pk: self._problem(request, query, words) for query, words in done.refused}
        refused = {key: why.get(key) or _unfit(request, key, held, wanted) for key in wanted}
        return Response(_told(wanted, refused, _versions(request, wanted), done.count))

    def _problem(self, request: Request, query: DataQuery, words: str) -> Problem:
        if not can(request.user, self.permission, query.site_id):
            return no_right()
        return moved_on(words)


@extend_schema_view(
    post=extend_schema(
        tags=TAGS, operation_id="query_bulk_answer", description="Answer several queries alike, each by itself.",
        request=ManyAnswerIn, responses={200: ManyOut},
    )
)  # fmt: skip
class BulkAnswer(Bulk):
    """Answering several alike."""

    permissions = {"POST": (Permission.QUERY_ANSWER,)}
    permission = Permission.QUERY_ANSWER
    sent, service = ManyAnswerIn, queries_answer


@extend_schema_view(
    post=extend_schema(
        tags=TAGS, operation_id="query_bulk_close", description="Settle several queries alike, each by itself.",
        request=ManyCloseIn, responses={200: ManyOut},
    )
)  # fmt: skip
class BulkClose(Bulk):
    """Settling several alike."""

    permissions = {"POST": (Permission.QUERY_CLOSE,)}
    permission = Permission.QUERY_CLOSE
    sent, service = ManyCloseIn, queries_close


def _wanted(rows: Sequence[Mapping[str, Any]]) -> Wanted:
    wanted = {row["id"]: row["version"] for row in rows}
    if len(wanted) < len(rows):
        twice = FieldError("queries", _("A query is named twice."), _("Name each query once."))
        raise Refused(wrong_fields([twice]))
    return wanted


def _held(request: Request, wanted: Wanted) -> dict[UUID, DataQuery]:
    """Return those that the person may see, kept from others until all is done, in one order for everybody."""
    found = queries_visible(request.user).filter(pk__in=list(wanted)).order_by("pk")
    return {query.pk: query for query in found.select_for_update(of=("self",))}


def _unfit(request: Request, key: UUID, held: Mapping[UUID, DataQuery], wanted: Wanted) -> Problem | None:
    """Return why a query was not even tried: it is not there, or not the version that was seen."""
    if key not in held:
        return not_found()
    if wanted[key] in (None, held[key].version):
        return None
    return stale(QueryOut(held[key], context={"request": request, "settings": settings_now()}).data)


def _versions(request: Request, wanted: Wanted) -> dict[UUID, int]:
    return dict(queries_visible(request.user).filter(pk__in=list(wanted)).order_by().values_list("pk", "version"))


def _told(
    wanted: Wanted, refused: Mapping[UUID, Problem | None], versions: Mapping[UUID, int], done: int
) -> dict[str, Any]:
    rows = [_row(key, refused[key], versions.get(key)) for key in wanted]
    return {"done": done, "refused": len(rows) - done, "results": rows}


def _row(key: UUID, problem: Problem | None, version: int | None) -> dict[str, Any]:
    if problem is None:
        return {"id": key, "status": HTTPStatus.OK, "version": version}
    return {"id": key, "status": problem.status, "problem": problem.as_data()}
