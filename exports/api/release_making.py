"""Having a release made, for programs: asked for, stopped, tried again. The release itself says how far it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from exports import services
from exports.api.serializers import ReleaseLine, ReleaseNew
from exports.api.telling import release_lines
from exports.api.views import Address, made, person, told
from exports.freeze.eligibility import Exclusion
from exports.models import Project, Release
from exports.selectors import next_name, preview, releases_visible
from exports.services.jobs import NotAllowedNowError
from exports.web.forms import NewReleaseForm
from sites.api.problems import FieldError, Refused, moved_on, wrong_fields
from sites.api.sent import read
from sites.models import Scope, User
from sites.roles import Permission

TAGS = ["releases"]
FREEZE = (Permission.RELEASE_FREEZE,)


class MakesReleases:
    """Asking for a release, as on the page of a new one."""

    @extend_schema(tags=TAGS, operation_id="release_freeze", request=ReleaseNew, responses={202: ReleaseLine})
    def post(self, request: Request) -> Response:
        """Ask for a release of a project and return it, with its address; “job” says there how far it is.

        The same limits as on the page: cases against which a blocking check stands are left out only where
        “leaves_out_blocked” says so, and a release whose risk is too high waits for a decision on the pages.
        """
        given, user = read(ReleaseNew, request), person(request)
        given["project"] = _project(given["project"])
        given.setdefault("name", next_name(timezone.localdate().year))
        _refuse_as_the_page(given, user)
        release = services.release_request(by=user, **given)
        return made(request, _line(request, release.pk), status.HTTP_202_ACCEPTED)


class JobAct(Address):
    """What is done to the job that makes a release."""

    permissions = {"POST": FREEZE}
    scopes = {"POST": Scope.EXPORT}
    service: ClassVar[Callable[..., None]]

    def post(self, request: Request, pk: UUID) -> Response:
        """Do it, and return the release as it is then; never for a release of one's own request."""
        release: Release = get_object_or_404(releases_visible(person(request)), pk=pk)
        try:
            type(self).service(job=release.job, by=person(request))
        except NotAllowedNowError as error:
            words = _("The job is not in a state in which this can be done. Read the release once more.")
            raise Refused(moved_on(words)) from error
        return told(request, _line(request, pk))


def _described(operation_id: str, words: str) -> Callable[[type[JobAct]], type[JobAct]]:
    described = extend_schema(
        tags=TAGS, operation_id=operation_id, description=words, request=None, responses={200: ReleaseLine}
    )
    return extend_schema_view(post=described)


@_described("release_cancel", "Stop the job that makes a release; the worker removes what it had written.")
class Cancel(JobAct):
    """Stopping a job that waits or runs."""

    service = services.job_cancel


@_described("release_retry", "Queue a failed or cancelled job again, from the beginning.")
class Retry(JobAct):
    """Trying a failed or cancelled job again."""

    service = services.job_retry


def _project(key: UUID) -> Project:
    project = Project.objects.filter(pk=key).first()
    if project is None:
        remedy = _("Send the key of a project, as the list of projects has it.")
        raise Refused(wrong_fields([FieldError("project", _("There is no such project."), remedy)]))
    return project


def _refuse_as_the_page(given: dict[str, Any], user: User) -> None:
    """Raise Refused with what the form of the page would say of a name that is taken, or of blocked cases."""
    _leaving, left_out = preview(user, timezone.localdate())
    sent = {**given, "project": given["project"].pk, "has_read": True}
    form = NewReleaseForm(sent, blocked=left_out[Exclusion.BLOCKED])
    if form.is_valid():
        return
    found = [(name, str(words)) for name, errors in form.errors.items() for words in errors]
    fields = ReleaseNew().fields
    told = [FieldError(name, words, str(fields[name].help_text) if name in fields else words) for name, words in found]
    raise Refused(wrong_fields(told))


def _line(request: Request, pk: UUID) -> dict[str, Any]:
    release: Release = get_object_or_404(releases_visible(person(request)), pk=pk)
    [line] = release_lines(request, [release])
    return line
