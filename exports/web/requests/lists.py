"""The list of requests: one's own, and for data managers those that wait, the oldest first."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from exports.models import DataRequest, ReleaseState
from exports.selectors import releases_visible, requests_visible, requests_waiting
from exports.web.person import person
from sites.access import can, guard
from sites.models import User
from sites.roles import Permission


# Held by whoever may ask for data and by whoever may decide; what each sees is the selector's business.
@require_GET
@guard(Permission.RELEASE_VIEW)
def requests(request: HttpRequest) -> HttpResponse:
    """List the requests that the person may know of."""
    user = person(request)
    may_decide = can(user, Permission.REQUEST_DECIDE)
    waiting = _with_releases(requests_waiting(user), user) if may_decide else None
    others = _with_releases(requests_visible(user), user)
    if waiting is not None:
        others = others.exclude(pk__in=waiting.values("pk"))
    facts = {"waiting": waiting, "others": others, "may_create": can(user, Permission.REQUEST_CREATE)}
    return render(request, "exports/requests/list.html", {**facts, "may_decide": may_decide})


def _with_releases(found: QuerySet[DataRequest], user: User) -> QuerySet[DataRequest]:
    shown = releases_visible(user).exclude(state=ReleaseState.REFUSED).order_by("-created_at")
    return found.select_related("requested_by").prefetch_related(Prefetch("releases", shown, to_attr="shown_releases"))
