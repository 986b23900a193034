"""One data query: its page, what people do with it, and the way on through the list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from registry.models import DataQuery
from registry.selectors.queries import answerers_at, query_entries, query_for, query_next, state_counts
from registry.selectors.query_order import Spot
from registry.services.queries import query_answer, query_assign, query_close, query_comment, query_reopen
from registry.services.records import VersionConflict
from registry.services.refusals import WriteRefused
from registry.services.suggestions import suggestion_accept
from registry.web.query_page import filters_of, list_address, query_address, query_page
from registry.web.query_rows import records_of, suggested_for, suggestion_key
from registry.web.query_threads import Typed, thread_context
from sites.access import can, guard, require
from sites.models import User
from sites.roles import Permission

UNDONE = 422
PAGE, THREAD = "registry/queries/query.html", "registry/queries/thread.html"


@guard(Permission.CASE_VIEW)
@require_GET
@never_cache
def query(request: HttpRequest, query_id: UUID) -> HttpResponse:
    """Show one query with its thread, the values that it asks about, and what may be done."""
    found = _visible(request, query_id)
    return render(request, PAGE, query_page(request, found, filters_of(request.user, request.GET)))


@guard(Permission.CASE_VIEW)
@require_GET
@never_cache
def query_after(request: HttpRequest) -> HttpResponse:
    """Lead to the query after a place in a list; after the last one back to the list, and say whether any is left."""
    filters, spot = filters_of(request.user, request.GET), Spot.read(request.GET.get("after", ""))
    if spot is None:
        return redirect(list_address(filters))
    if found := query_next(request.user, filters, spot):
        return redirect(query_address(found, filters))
    left = sum(count for state, count in state_counts(request.user, filters).items() if state.lower() == filters.state)
    if left:
        words = ngettext(
            "That was the last query of the list. %(count)s that you passed over is still here.",
            "That was the last query of the list. %(count)s that you passed over are still here.",
            left,
        )
        messages.info(request, words % {"count": left})
    else:
        messages.success(request, _("All queries of this list are done."))
    return redirect(list_address(filters))


@guard(Permission.CASE_VIEW)
@require_POST
def query_act(request: HttpRequest, query_id: UUID) -> HttpResponse:
    """Do one act with a query; what cannot be done is said beside the controls, and nothing typed is lost."""
    if not can(request.user, Permission.QUERY_OPEN):
        # Before the query is looked for: whoever may do nothing does not learn whether it exists.
        require(request.user, Permission.QUERY_ANSWER)
    found, act = _visible(request, query_id), ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise Http404
    try:
        act(request, found)
    except VersionConflict:
        return _undone(request, found, {"": _("Somebody changed this row just now. Look at it once more.")})
    except ValidationError as refused:
        return _undone(request, found, _by_control(refused))
    if _is_fragment(request):
        return _fragment(request, _visible(request, query_id), Typed(), 200)
    messages.success(request, _said(found, request.POST["act"]))
    return redirect(_way_on(request, found))


def _visible(request: HttpRequest, query_id: UUID) -> DataQuery:
    if (found := query_for(request.user, query_id)) is None:
        raise Http404
    return found


def _answer(request: HttpRequest, found: DataQuery) -> None:
    query_answer(query=found, cause=_text(request, "cause"), text=_text(request, "text"), by=request.user)


def _comment(request: HttpRequest, found: DataQuery) -> None:
    query_comment(query=found, text=_text(request, "text"), by=request.user)


def _close(request: HttpRequest, found: DataQuery) -> None:
    said = {"resolution": _text(request, "resolution"), "text": _text(request, "text")}
    seen = _text(request, "seen")
    query_close(query=found, **said, by=request.user, seen=int(seen) if seen.isdecimal() else None)


def _reopen(request: HttpRequest, found: DataQuery) -> None:
    query_reopen(query=found, text=_text(request, "text"), by=request.user)


def _assign(request: HttpRequest, found: DataQuery) -> None:
    chosen = _text(request, "assignee")
    query_assign(query=found, assignee=chosen_answerer(found.site_id, chosen), by=request.user)


def chosen_answerer(site_id: UUID, chosen: str) -> User | None:
    """Return the person chosen to answer, None for nobody in particular; ValidationError for anybody else."""
    if not chosen:
        return None
    for person in answerers_at([site_id])[site_id]:
        if str(person.pk) == chosen:
            return person
    raise ValidationError({"assignee": _("This person cannot answer queries of this hospital.")})


def _accept(request: HttpRequest, found: DataQuery) -> None:
    """Take over what is suggested, if it still is what the page showed."""
    shown, record = request.POST.get("suggested"), records_of(request.user, [found]).get(found.row_id)
    if shown is not None and shown != suggestion_key(suggested_for(request.user, found, record)):
        raise WriteRefused(_("Something else is suggested by now. Look at the query once more."))
    suggestion_accept(query=found, by=request.user)


ACTS: dict[str, Callable[[HttpRequest, DataQuery], None]] = {
    "answer": _answer,
    "comment": _comment,
    "assign": _assign,
    "close": _close,
    "reopen": _reopen,
    "accept": _accept,
}


def _said(found: DataQuery, act: str) -> str:
    words = {
        "answer": _("%(case)s: the query is answered."),
        "comment": _("%(case)s: the comment stands in the thread."),
        "assign": _("%(case)s: the query is assigned."),
        "close": _("%(case)s: the query is closed."),
        "reopen": _("%(case)s: the query is open again."),
        "accept": _("%(case)s: the suggested value is saved."),
    }
    return words[act] % {"case": found.patient.study_id}


def _text(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").strip()


def _by_control(refused: ValidationError) -> dict[str, str]:
    if hasattr(refused, "error_dict"):
        return {name: " ".join(words) for name, words in refused.message_dict.items()}
    return {"": " ".join(refused.messages)}


def _undone(request: HttpRequest, found: DataQuery, errors: dict[str, str]) -> HttpResponse:
    controls = {"cause", "resolution", "text", "assignee"}
    beside = {name: words for name, words in errors.items() if name in controls}
    if others := [words for name, words in errors.items() if name not in controls]:
        beside[""] = " ".join(others)
    typed = Typed(**{name: _text(request, name) for name in controls}, errors=beside)
    current = _visible(request, found.pk)
    if _is_fragment(request):
        return _fragment(request, current, typed, UNDONE)
    filters = filters_of(request.user, QueryDict(urlsplit(request.POST.get("next", "")).query))
    return render(request, PAGE, query_page(request, current, filters, typed), status=UNDONE)


def _is_fragment(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def _fragment(request: HttpRequest, found: DataQuery, typed: Typed, status: int) -> HttpResponse:
    context: dict[str, Any] = thread_context(request.user, found, query_entries([found])[found.pk], typed=typed)
    return render(request, THREAD, context, status=status)


def _way_on(request: HttpRequest, found: DataQuery) -> str:
    """Return where the page asked to go: the button's own address before that of the form."""
    wanted = request.GET.get("next") or request.POST.get("next", "")
    is_local = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_local and wanted.startswith("/") else reverse("query", args=[found.pk])
