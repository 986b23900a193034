"""Releases for programs: what there is, what is in it, its terms, and its packages."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from exports import services
from exports.api.problems import file_missing, no_level, old_sign_in, refusals, terms_not_accepted
from exports.api.reading import FILTERS, narrowed
from exports.api.release_making import MakesReleases
from exports.api.serializers import PackageList, ReleasePage, ReleaseWhole, TermsAccepted
from exports.api.telling import package_line, release_lines, release_whole
from exports.api.views import Address, Zip, has, person, told
from exports.models import Level, Release, ReleasePackage
from exports.selectors import download_right, packages_for, releases_visible, terms_accepted
from exports.selectors.holders import releases_withdrawn_from
from exports.services.downloads import PackageMissingError, TermsNotAcceptedError
from exports.terms import VERSION
from exports.web.holders.contents import facts_at
from exports.web.holders.file import package_response
from exports.web.holders.packages import levels_for
from sites.api.paging import PAGING, listed, page
from sites.api.problems import Refused
from sites.models import Scope, User
from sites.roles import Permission
from sites.signin import has_just_proved

VIEW = (Permission.RELEASE_VIEW,)
DOWNLOAD = (Permission.RELEASE_DOWNLOAD,)
TAGS = ["releases"]
LEVEL = OpenApiParameter("level", enum=Level.values, description="A level of the release; the highest of one's own.")


class Releases(MakesReleases, Address):
    """The releases that a person may know of, and asking for a new one."""

    permissions = {"GET": VIEW, "POST": (Permission.RELEASE_FREEZE,)}
    scopes = {"POST": Scope.EXPORT}
    parameters = ("state", "project")
    is_paged = True

    @extend_schema(tags=TAGS, operation_id="release_list", parameters=[*FILTERS, *PAGING], responses={200: ReleasePage})
    def get(self, request: Request) -> Response:
        """Return them, the latest first; those that were withdrawn from the person say so."""
        shown, following = page(request, narrowed(request, _known(request)))
        return told(request, listed(release_lines(request, shown), following))


class OneRelease(Address):
    """One release."""

    permissions = {"GET": VIEW}
    parameters = ("level",)

    @extend_schema(tags=TAGS, operation_id="release_read", parameters=[LEVEL], responses={200: ReleaseWhole})
    def get(self, request: Request, pk: UUID) -> Response:
        """Return what is in it at a level, the highest of one's own unless a lower one is asked for."""
        release = releases_visible(person(request)).filter(pk=pk).first()
        if release is None or not release.is_published:
            return told(request, release_lines(request, [release or _withdrawn(request, pk)])[0])
        levels = [level.code for level in levels_for(release, person(request))]
        level = _level(request, levels)
        data = release_whole(
            request,
            release,
            level=level,
            levels=levels,
            grant=download_right(release, person(request)),
            acceptance=terms_accepted(release, person(request), VERSION),
            facts=facts_at(release, level),
        )
        return told(request, data)


class Terms(Address):
    """The terms of a release."""

    permissions = {"POST": DOWNLOAD}
    scopes = {"POST": Scope.EXPORT}

    @extend_schema(tags=TAGS, operation_id="terms_accept", request=None, responses={201: TermsAccepted})
    def post(self, request: Request, pk: UUID) -> Response:
        """Store that the person accepts them as they stand; a second time changes nothing."""
        accepted = services.terms_accept(release=_release(request, pk), by=person(request))
        data = {"version": accepted.version, "sha256": accepted.sha256, "accepted_at": accepted.accepted_at}
        return told(request, data, status.HTTP_201_CREATED)


class Packages(Address):
    """The packages of a release."""

    permissions = {"GET": DOWNLOAD}
    parameters = ("level",)

    @extend_schema(tags=TAGS, operation_id="package_list", parameters=[LEVEL], responses={200: PackageList})
    def get(self, request: Request, pk: UUID) -> Response:
        """Return the packages that the person may take, of one level if that is asked for."""
        release = _release(request, pk)
        found = packages_for(release, person(request))
        if "level" in request.query_params:
            found = found.filter(level=_level(request, [level.code for level in levels_for(release, person(request))]))
        return told(request, {"results": [package_line(request, package) for package in found]})


class PackageFile(Address):
    """The file of a package."""

    permissions = {"GET": DOWNLOAD}
    scopes = {"GET": Scope.EXPORT}
    renderer_classes = [JSONRenderer, Zip]

    @extend_schema(
        tags=TAGS,
        operation_id="package_download",
        responses={(200, "application/zip"): OpenApiTypes.BINARY, **refusals(HTTPStatus.CONFLICT, HTTPStatus.GONE)},
    )
    def get(self, request: Request, pk: UUID, package_pk: UUID) -> HttpResponse:
        """Hand out the file and enter it in the ledger; nothing is handed out where the program has these bytes."""
        release = _release(request, pk)
        package: ReleasePackage = get_object_or_404(packages_for(release, person(request)), pk=package_pk)
        if not has_just_proved(request._request):
            raise Refused(old_sign_in())
        if package.sha256 and has(request, package.sha256):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": f'"{package.sha256}"'})
        response = _file(package, person(request))
        response.headers["ETag"] = f'"{package.sha256}"'
        return response


def _file(package: ReleasePackage, user: User) -> HttpResponse:
    try:
        return package_response(package, services.package_download(package=package, by=user))
    except PackageMissingError as error:
        raise Refused(file_missing()) from error
    except TermsNotAcceptedError as error:
        raise Refused(terms_not_accepted()) from error


def _known(request: Request) -> QuerySet[Release]:
    seen, withdrawn = releases_visible(person(request)), releases_withdrawn_from(person(request))
    known = Q(pk__in=seen.order_by().values("pk")) | Q(pk__in=withdrawn.order_by().values("pk"))
    return Release.objects.filter(known).select_related("project", "job", "supersedes")


def _release(request: Request, pk: UUID) -> Release:
    release: Release = get_object_or_404(releases_visible(person(request)), pk=pk)
    return release


def _withdrawn(request: Request, pk: UUID) -> Release:
    release: Release = get_object_or_404(releases_withdrawn_from(person(request)), pk=pk)
    return release


def _level(request: Request, levels: list[str]) -> str:
    asked = request.query_params.get("level", "")
    if asked and asked not in levels:
        raise Refused(no_level())
    return asked or (levels[0] if levels else "")
