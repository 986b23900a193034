"""The description of the interface: as a document for programs, and as pages for whoever writes them."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from config.openapi.document import described_groups, description
from sites.api.views import Address


@extend_schema(exclude=True)
class Schema(Address):
    """The description as a document."""

    http_method_names = ["get", "head"]
    permissions = {}

    def get(self, request: Request) -> Response:
        """Return the description, to whoever is signed in or has a token."""
        return Response(description(get_language() or "en"))


@login_required
@require_GET
def api_docs(request: HttpRequest) -> HttpResponse:
    """Show what the interface can do, group by group."""
    return render(request, "interface/index.html", {"groups": described_groups(get_language() or "en")})


@login_required
@require_GET
def api_docs_group(request: HttpRequest, tag: str) -> HttpResponse:
    """Show the operations of one group with what they take and give."""
    found = next((group for group in described_groups(get_language() or "en") if group.tag == tag), None)
    if found is None:
        raise Http404
    return render(request, "interface/group.html", {"group": found})
