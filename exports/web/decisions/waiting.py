"""The release that waits for an act of a data manager: never one that was made for their own request."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from exports.models import Release
from exports.selectors import releases_visible
from exports.web.person import person


def waiting_release(request: HttpRequest, pk: UUID) -> Release:
    """Return a release with its request; 404 for one that the person may not know of, 403 for their own request's."""
    found = releases_visible(person(request)).select_related("request", "request__requested_by")
    release = get_object_or_404(found, pk=pk)
    if release.request is not None and release.request.requested_by_id == person(request).pk:
        raise PermissionDenied("request.own")
    return release


def back_to(release: Release) -> HttpResponse:
    """Lead to where the release is decided on: the page of its request, else its own."""
    if release.request_id is not None:
        return redirect("request_decide", pk=release.request_id)
    return redirect("release", pk=release.pk)


def has_changed(request: HttpRequest) -> None:
    """Say that somebody else was faster."""
    messages.warning(request, _("Somebody else has acted meanwhile; this page shows how it stands now."))


def say_errors(request: HttpRequest, words: list[str]) -> None:
    """Say why an act was not done."""
    for text in words:
        messages.error(request, text)
