"""Two releases compared: as a page, and every line as a file."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from exports.diff import DiffError
from exports.models import OUT, Release
from exports.selectors import releases_visible
from exports.selectors.diff import in_order, releases_comparable
from exports.services.comparing import Compared, releases_compare
from exports.web.holders.compared import compared_facts, compared_file
from exports.web.person import person
from sites.access import guard
from sites.models import AccessKind
from sites.reads import access_record
from sites.roles import Permission


@require_GET
@guard(Permission.RELEASE_DOWNLOAD)
@never_cache
def release_diff(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show what differs between a release and another of its project, the one it supersedes unless said otherwise."""
    if request.GET.get("format") == "csv":
        return redirect(f"{reverse('release_diff_csv', args=[pk])}?with={request.GET.get('with', '')}")
    release = _release(request, pk)
    other = _other(request, release)
    facts: dict[str, Any] = {
        "release": release,
        "other": other,
        "others": releases_comparable(release, person(request)),
    }
    try:
        compared = _compared(request, release, other)
    except DiffError as error:
        facts["obstacle"] = str(error)
    else:
        asked = {"sheet": request.GET.get("table", ""), "number": request.GET.get("page", "1")}
        facts |= compared_facts(compared, person(request), **asked) if compared else {}
    return render(request, "exports/diff.html", facts)


@require_GET
@guard(Permission.RELEASE_DOWNLOAD)
def release_diff_csv(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Hand out every line of a comparison; the reading is logged."""
    release = _release(request, pk)
    try:
        compared = _compared(request, release, _other(request, release))
    except DiffError:
        compared = None
    if compared is None:
        # The page says why there is nothing to compare.
        return redirect("release_diff", pk=pk)
    detail = f"{compared.before.name} to {compared.after.name}: differences"
    access_record(AccessKind.DOWNLOAD, object_type="release", object_id=release.pk, detail=detail)
    name = f"{compared.before.name}-to-{compared.after.name}.csv"
    headers = {"Cache-Control": "no-store"}
    found = compared_file(compared, person(request))
    response = FileResponse(found, as_attachment=True, filename=name, content_type="text/csv", headers=headers)
    # A response for all purposes of a view, though Django derives it from another base.
    return cast(HttpResponse, response)


def _release(request: HttpRequest, pk: UUID) -> Release:
    release: Release = get_object_or_404(releases_visible(person(request)).filter(state__in=OUT), pk=pk)
    return release


def _other(request: HttpRequest, release: Release) -> Release | None:
    """Return the release to compare with: the one asked for, that which this one supersedes, or the latest other."""
    others = releases_comparable(release, person(request))
    if asked := request.GET.get("with"):
        try:
            return get_object_or_404(others, pk=asked)
        except ValidationError as error:
            raise Http404 from error
    superseded = others.filter(pk=release.supersedes_id).first() if release.supersedes_id else None
    return superseded or others.first()


def _compared(request: HttpRequest, release: Release, other: Release | None) -> Compared | None:
    if other is None:
        return None
    before, after = in_order(release, other)
    return releases_compare(before=before, after=after, by=person(request))
