"""Programs that come in by a token, and addresses of the tests that say what such a request reaches."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.test import Client
from django.urls import include, path
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from registry.models import Patient, Upload
from registry.models.uploads import UploadState
from registry.selectors.uploads import uploads_visible
from sites.api.views import Address
from sites.context import acting_as, acting_as_system
from sites.models import ApiToken, Membership, User
from sites.roles import Permission
from sites.tokens import token_create
from tests.cast import Cast, long_ago

ALL = ("read", "write", "export")


def token_of(
    person: User, scopes: Collection[str] = ALL, sites: Collection[UUID] = (), days: int = 7
) -> tuple[ApiToken, str]:
    """Make a token in somebody's name; gives it with its secret."""
    with acting_as(person):
        return token_create(by=person, label="nightly import", scopes=scopes, days=days, sites=sites)


def program(secret: str, **defaults: Any) -> Client:
    """Return a client that sends a token with every request."""
    return Client(headers={"authorization": f"Bearer {secret}"}, **defaults)


def program_of(person: User, scopes: Collection[str] = ALL, sites: Collection[UUID] = ()) -> Client:
    """Return a client that comes in by a token of somebody."""
    return program(token_of(person, scopes, sites)[1])


def cases_at_both(cast: Cast) -> dict[str, Patient]:
    """Write a case and an upload at each site; gives the cases by the codes of their sites."""
    with acting_as_system("tests", reason="arrange"):
        for site in (cast.sev, cast.hou):
            Upload.objects.create(site=site, uploaded_by=cast.carol, state=UploadState.CHECKED)
        return {
            site.code: Patient.objects.create(site=site, study_id=f"{site.code}-1") for site in (cast.sev, cast.hou)
        }


def also(person: User, role: Any, site: Any) -> None:
    """Give a person one more role."""
    with acting_as_system("tests", reason="arrange"):
        Membership.objects.create(user=person, role=role, site=site, starts_on=long_ago())


class Reach(Address):
    """Says what the database was told, and what selectors and bare queries find."""

    permissions = {"GET": (Permission.CASE_VIEW,), "POST": (Permission.CASE_VIEW,)}
    during: ClassVar[Callable[[], None]] = staticmethod(lambda: None)

    def get(self, request: Request) -> Response:
        """Answer with all of it."""
        type(self).during()
        cases = Patient.objects.visible_to(request.user)
        with connection.cursor() as cursor:
            cursor.execute("select current_setting('app.sites'), current_setting('pghistory.context_metadata')::json")
            told, actor = cursor.fetchone()
        return Response(
            {
                "listed": sorted(case.study_id for case in cases), "counted": cases.count(),
                "uploads": [upload.site.code for upload in uploads_visible(request.user)],
                "bare": sorted(Patient.objects.values_list("study_id", flat=True)),
                "told": told.strip("{}").split(","), "actor": actor,
            }
        )  # fmt: skip

    def post(self, request: Request) -> Response:
        """Answer with what was sent."""
        return Response({"sent": request.data})


class OneCase(Address):
    """A single row."""

    permissions = {"GET": (Permission.CASE_VIEW,)}

    def get(self, request: Request, pk: UUID) -> Response:
        """Answer with its study id."""
        return Response({"case": get_object_or_404(Patient.objects.visible_to(request.user), pk=pk).study_id})


class Locking(Address):
    """Wants a right that no token has."""

    permissions = {"GET": (Permission.CASE_LOCK,)}

    def get(self, request: Request) -> Response:
        """Answer."""
        return Response({})


class Draw(Address):
    """Answers a form with something that is new each time."""

    permissions = {"POST": (Permission.CASE_VIEW,)}
    parser_classes = [MultiPartParser]

    def post(self, request: Request) -> Response:
        """Answer with a new number."""
        return Response({"drawn": str(uuid4())})


def outside(request: HttpRequest) -> HttpResponse:
    """Say who asks, on an address outside of the interface."""
    return HttpResponse(str(request.user))


urlpatterns = [
    path("api/reach/", Reach.as_view()),
    path("api/reach/<uuid:pk>/", OneCase.as_view()),
    path("api/locking/", Locking.as_view()),
    path("api/draw/", Draw.as_view()),
    path("apiary/", outside),
    path("", include("config.urls")),
]
handler403 = "registry.web.views.errors.no_right"
handler404 = "registry.web.views.errors.not_found"
handler500 = "registry.web.views.errors.broken"
