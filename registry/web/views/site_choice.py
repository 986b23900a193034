"""Switching between one site and all of one's own."""

from __future__ import annotations

from urllib.parse import urlsplit
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from sites.site_choice import choose_site


@login_required
@require_POST
def switch_site(request: HttpRequest) -> HttpResponse:
    """Show the same page for the chosen site; from the page of one record, which may be hidden now, go home."""
    try:
        site_id = UUID(request.POST["site"]) if request.POST.get("site") else None
    except ValueError as error:
        raise Http404 from error
    if not choose_site(request, site_id):
        raise Http404
    return redirect(_way_back(request))


def _way_back(request: HttpRequest) -> str:
    path = urlsplit(request.POST.get("next", "")).path
    if not url_has_allowed_host_and_scheme(path, allowed_hosts=None):
        return "home"
    try:
        return "home" if resolve(path).kwargs else path
    except Resolver404:
        return "home"
