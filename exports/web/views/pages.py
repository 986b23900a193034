"""The page of one release, and the part of it that shows how far its job is."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from exports.models import Release
from exports.selectors import releases_visible
from exports.web.forms import GrantForm
from exports.web.person import person
from sites.access import can, guard
from sites.models import User
from sites.roles import Permission

SHARED = "subject_key"


@require_GET
@guard(Permission.RELEASE_VIEW)
def release_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one release: how its job stands, what is in it, what is not, who may have it."""
    return release_shown(request, pk)


def release_shown(request: HttpRequest, pk: UUID, grant_form: GrantForm | None = None) -> HttpResponse:
    """Return the page of a release, also after a form on it was not accepted."""
    release = get_object_or_404(releases_visible(person(request)), pk=pk)
    return render(request, "exports/release.html", release_facts(release, person(request), grant_form))


@require_GET
@guard(Permission.RELEASE_VIEW)
def release_progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Return the progress of a job; the whole page is loaded again once the job has ended."""
    release = get_object_or_404(releases_visible(person(request)), pk=pk)
    response = render(request, "exports/progress.html", release_facts(release, person(request)))
    if not release.job.is_under_way:
        response.headers["HX-Refresh"] = "true"
    return response


def release_facts(release: Release, user: User, grant_form: GrantForm | None = None) -> dict[str, Any]:
    """Return what the templates of a release need."""
    may_grant = can(user, Permission.RELEASE_GRANT)
    facts = {
        "release": release,
        "job": release.job,
        "manifest": release.manifest,
        "withheld": _withheld(release.manifest),
        "may_freeze": can(user, Permission.RELEASE_FREEZE),
        "may_grant": may_grant,
    }
    if may_grant and release.is_published:
        grants = release.grants.filter(revoked_at=None).select_related("investigator")
        downloads = release.downloads.select_related("downloaded_by")
        facts |= {"grants": grants, "downloads": downloads, "grant_form": grant_form or GrantForm(by=user)}
    return facts


def _withheld(manifest: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """Return the withheld columns by reason, so that a page of hundreds of lines becomes a few."""
    found: dict[str, list[str]] = {}
    for entry in manifest.get("withheld", []):
        found.setdefault(entry["why"], []).append(f"{entry['table']}.{entry['column']}")
    return sorted(found.items())
