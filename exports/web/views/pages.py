"""The page of one release, and the part of it that shows how far its job is."""

from __future__ import annotations

from uuid import UUID

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from exports.models import Release
from exports.selectors import releases_visible
from exports.selectors.holders import releases_withdrawn_from
from exports.web.holders.facts import release_facts
from exports.web.person import person
from sites.access import guard
from sites.roles import Permission

UNDONE = 422


@require_GET
@guard(Permission.RELEASE_VIEW)
@never_cache
def release_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one release: how its job stands, what is in it, what is not, who may have it."""
    release = releases_visible(person(request)).filter(pk=pk).first()
    if release is None:
        return _withdrawn(request, pk)
    return release_shown(request, release)


def release_shown(request: HttpRequest, release: Release, **forms: Form) -> HttpResponse:
    """Return the page of a release, also after a form on it was not accepted."""
    facts = release_facts(release, person(request), level=request.GET.get("level", ""), **forms)
    return render(request, "exports/release.html", facts, status=UNDONE if forms else 200)


def _withdrawn(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Tell whoever holds a withdrawn release what to do; for everybody else there is no such release."""
    release = get_object_or_404(releases_withdrawn_from(person(request)), pk=pk)
    return render(request, "exports/release_withdrawn.html", {"release": release})


@require_GET
@guard(Permission.RELEASE_VIEW)
def release_progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Return the progress of a job; the whole page is loaded again once the job has ended."""
    release = get_object_or_404(releases_visible(person(request)), pk=pk)
    response = render(request, "exports/progress.html", release_facts(release, person(request)))
    if not release.job.is_under_way:
        response.headers["HX-Refresh"] = "true"
    return response
