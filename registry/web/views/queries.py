"""The list of data queries: to read, to work through, to answer or settle several at once, and as a file."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from registry.models import DataQuery
from registry.selectors.queries import ON_A_PAGE, queries_visible
from registry.services.query_many import Done, queries_answer, queries_close
from registry.web.queries_csv import queries_file
from registry.web.queries_list import Bulk, list_page
from registry.web.query_page import filters_of, list_address
from sites.access import guard, require
from sites.models import AccessKind
from sites.reads import access_record
from sites.roles import Permission

LIST = "registry/queries/list.html"
UNDONE = 422
NEEDED = {"answer": Permission.QUERY_ANSWER, "close": Permission.QUERY_CLOSE}


@guard(Permission.CASE_VIEW)
@require_GET
@never_cache
def queries(request: HttpRequest) -> HttpResponse:
    """List queries; state, filters and place are kept in the address."""
    return render(request, LIST, list_page(request, filters_of(request.user, request.GET), request.GET))


@guard(Permission.CASE_VIEW)
@require_GET
@never_cache
def queries_csv(request: HttpRequest) -> HttpResponse:
    """Download all queries that fit, whatever page is shown; the download is logged."""
    filters = filters_of(request.user, request.GET)
    access_record(AccessKind.DOWNLOAD, object_type="queries", detail=filters.as_query())
    found = queries_file(request.user, filters)
    headers = {"Cache-Control": "no-store"}
    return FileResponse(found, as_attachment=True, filename="queries.csv", content_type="text/csv", headers=headers)


@guard(Permission.CASE_VIEW)
@require_POST
def queries_bulk(request: HttpRequest) -> HttpResponse:
    """Answer or settle the chosen queries alike; those that could not be stay chosen, each with the reason."""
    act, address = request.POST.get("act", ""), QueryDict(request.POST.get("list", ""))
    if act not in NEEDED:
        raise Http404
    require(request.user, NEEDED[act])
    chosen = _chosen(request)
    if not chosen:
        return _again(request, address, {"": _("Choose at least one query.")})
    try:
        done = _do(request, act, chosen)
    except ValidationError as refused:
        words = {name: " ".join(found) for name, found in refused.message_dict.items()}
        return _again(request, address, words, chosen=chosen)
    _tell(request, act, done.count)
    if done.refused:
        return _again(request, address, {}, chosen=[query for query, _why in done.refused], refused=done.refused)
    return redirect(list_address(filters_of(request.user, address)))


def _chosen(request: HttpRequest) -> list[DataQuery]:
    """Return the queries that were ticked, as far as the person may see them, in the order of the list."""
    keys = [key for key in map(_uuid, request.POST.getlist("query")) if key][:ON_A_PAGE]
    return list(queries_visible(request.user).filter(pk__in=keys).select_related("patient", "site"))


def _do(request: HttpRequest, act: str, chosen: Sequence[DataQuery]) -> Done:
    text = request.POST.get("text", "")
    if act == "answer":
        return queries_answer(queries=chosen, cause=request.POST.get("cause", ""), text=text, by=request.user)
    return queries_close(queries=chosen, resolution=request.POST.get("resolution", ""), text=text, by=request.user)


def _tell(request: HttpRequest, act: str, count: int) -> None:
    if not count:
        return
    words = (
        ngettext("%(count)s query answered.", "%(count)s queries answered.", count)
        if act == "answer"
        else ngettext("%(count)s query closed.", "%(count)s queries closed.", count)
    )
    messages.success(request, words % {"count": count})


def _again(
    request: HttpRequest,
    address: QueryDict,
    errors: dict[str, str],
    *,
    chosen: Sequence[DataQuery] = (),
    refused: Sequence[tuple[DataQuery, str]] = (),
) -> HttpResponse:
    bulk = Bulk(
        frozenset(query.pk for query in chosen),
        request.POST.get("cause", ""),
        request.POST.get("resolution", ""),
        request.POST.get("text", ""),
        errors,
        refused,
    )
    context = list_page(request, filters_of(request.user, address), address, bulk)
    return render(request, LIST, context, status=UNDONE)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
