"""The first address of the interface: what there is, which version of the registry answers, and who asks."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from registry.api.records.addresses import parameters_of_one
from registry.api.serializers.index import IndexOut
from registry.selectors.cases import case_topics
from sites.access import grants_of, visible_site_ids
from sites.api.views import Address
from sites.models import Scope, Site
from sites.tokens import token_in

REGISTRY, VERSION = "Quell", "0.1.0"
# Those of other parts of the registry are named, not imported; what is not installed is left out.
PLACES = {
    "api_index": gettext_lazy("This page."),
    "api_schema": gettext_lazy("The description of the interface (OpenAPI)."),
    "api_docs": gettext_lazy("The description of the interface, to read and to try."),
    "api_topics": gettext_lazy("The topics of the record and their variables."),
    "api_codebook": gettext_lazy("The codebook of the registry."),
    "api_cases": gettext_lazy("Cases with the rows below each; enter a new case."),
    "api_queries": gettext_lazy("Data queries: ask, answer, close."),
    "api_uploads": gettext_lazy("Files of cases: hand them in, see what was found in them, save them."),
    "api_requests": gettext_lazy("Requests for data."),
    "api_request_options": gettext_lazy("What can be asked for in a request."),
    "api_projects": gettext_lazy("Projects, of which releases are made."),
    "api_releases": gettext_lazy("Releases that you may know of, with their packages and reports."),
}


class Index(Address):
    """What there is, and who asks. Whoever is signed in may look: nothing of the record is told."""

    permissions = {}

    @extend_schema(operation_id="index", tags=["index"], responses={200: IndexOut})
    def get(self, request: Request) -> Response:
        """Return the addresses with a sentence each, the version of the registry, and who asks."""
        parameters_of_one(request)
        told = {"registry": REGISTRY, "version": getattr(settings, "QUELL_REVISION", "") or VERSION}
        return Response({**told, "you": _asker(request), "addresses": _places(request)})


def _asker(request: Request) -> dict[str, Any]:
    token, user = token_in(request._request), request.user
    sites = Site.objects.filter(pk__in=sorted(visible_site_ids(user))).order_by("code")
    return {
        "name": str(user),
        "roles": sorted(grants_of(user).roles()),
        "scopes": list(token.scopes) if token else [scope.value for scope in Scope],
        "sites": list(sites.values_list("code", flat=True)),
        "expires_at": token.expires_at if token else None,
    }


def _places(request: Request) -> list[dict[str, str]]:
    named = [(name, str(words)) for name, words in PLACES.items()]
    rows = [
        (f"api_{topic.code}", _("Rows of the topic: %(topic)s.") % {"topic": _(topic.label)}) for topic in case_topics()
    ]
    found = [(name, _address(request, name), words) for name, words in (*named, *rows)]
    return [{"name": name, "url": url, "says": words} for name, url, words in found if url]


def _address(request: Request, name: str) -> str:
    try:
        return request.build_absolute_uri(reverse(name))
    except NoReverseMatch:
        return ""
