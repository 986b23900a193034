"""The page of one request: how it stands, what was asked, the talk about it, and what came of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from exports.cohorts.words import cohort_words
from exports.models import OUT, DataRequest, Format, Profile, Release, ReleaseState, RequestState
from exports.selectors import packages_for, releases_visible, requests_visible, requests_waiting
from exports.web.person import person
from exports.web.requests.forms import MessageForm
from exports.web.requests.timeline import steps_of
from exports.web.requests.variables import selection_words
from sites.access import guard
from sites.models import User
from sites.roles import Permission


@require_GET
@guard(Permission.RELEASE_VIEW)
def request_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one request."""
    return request_shown(request, pk)


@require_GET
@guard(Permission.RELEASE_VIEW)
def request_progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Return how far the job of a request is; the whole page is loaded again once the job has ended."""
    asked = get_object_or_404(requests_visible(person(request)), pk=pk)
    release = _latest(asked)
    facts = {"asked": asked, "job": release.job if release is not None else None}
    response = render(request, "exports/requests/progress.html", facts)
    if release is None or not release.job.is_under_way:
        response.headers["HX-Refresh"] = "true"
    return response


def request_shown(request: HttpRequest, pk: UUID, message_form: MessageForm | None = None) -> HttpResponse:
    """Return the page of a request, also after a message on it was not accepted."""
    user = person(request)
    asked = get_object_or_404(requests_visible(user), pk=pk)
    facts = {**_asked(asked), **_talk(asked, message_form), **_standing(asked, user)}
    return render(request, "exports/requests/request.html", facts)


def _asked(asked: DataRequest) -> dict[str, Any]:
    return {
        "asked": asked,
        "profile": Profile(asked.profile).label,
        "cohort": cohort_words(asked.cohort),
        "selection": list(selection_words(asked.selection)) if asked.selection else [],
        "formats": [Format(code).label for code in asked.formats] or [_label for _code, _label in Format.choices],
    }


def _talk(asked: DataRequest, message_form: MessageForm | None) -> dict[str, Any]:
    talk = asked.messages.select_related("written_by")
    return {"talk": talk, "message_form": message_form or MessageForm()}


def _standing(asked: DataRequest, user: User) -> dict[str, Any]:
    releases = list(asked.releases.select_related("job").order_by("created_at"))
    out = releases_visible(user).filter(request=asked).order_by("-created_at").first()
    is_own = asked.requested_by_id == user.pk
    latest = releases[-1] if releases else None
    return {
        "steps": steps_of(asked, releases),
        "release": out,
        "withdrawn": latest if latest is not None and latest.state == ReleaseState.WITHDRAWN else None,
        "is_over": asked.valid_until is not None and asked.valid_until < timezone.localdate(),
        "packages": packages_for(out, user) if out is not None else [],
        "earlier": _earlier(asked, user),
        "job": latest.job if latest is not None and latest.job.is_under_way else None,
        "is_own": is_own,
        "may_edit": is_own and asked.state == RequestState.DRAFT,
        "may_recall": is_own and asked.is_open,
        "decide_url": _decide_url(asked, user),
    }


def _latest(asked: DataRequest) -> Release | None:
    return asked.releases.select_related("job").order_by("-created_at").first()


def _earlier(asked: DataRequest, user: User) -> QuerySet[Release]:
    """Return what the person may have of the same project from other requests, the newest first."""
    releases = releases_visible(user)
    if asked.project_id is None:
        return releases.none()
    return releases.filter(project_id=asked.project_id, state__in=OUT).exclude(request=asked)


def _decide_url(asked: DataRequest, user: User) -> str:
    waits = requests_waiting(user).filter(pk=asked.pk).exists()
    return reverse("request_decide", args=[asked.pk]) if waits else ""
