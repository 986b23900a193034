"""What is done to a release: its terms accepted, a package downloaded; its job tried again or cancelled."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from exports import services
from exports.models import Release, ReleasePackage
from exports.selectors import packages_for, releases_visible
from exports.services.downloads import PackageMissingError, TermsNotAcceptedError
from exports.services.jobs import NotAllowedNowError
from exports.web.decisions.waiting import back_to
from exports.web.holders.file import package_response
from exports.web.holders.forms import TermsForm
from exports.web.person import person
from exports.web.views.pages import release_shown
from sites.access import guard
from sites.roles import Permission
from sites.signin import recently_authenticated


@require_POST
@guard(Permission.RELEASE_DOWNLOAD)
def terms_accept(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Store that the person accepts the terms of a release."""
    release = get_object_or_404(releases_visible(person(request)), pk=pk)
    form = TermsForm(request.POST)
    if not form.is_valid():
        return release_shown(request, release, terms_form=form)
    services.terms_accept(release=release, by=person(request))
    return redirect("release", pk=pk)


@require_POST
@guard(Permission.RELEASE_DOWNLOAD)
def package_download(request: HttpRequest, pk: UUID, package_pk: UUID) -> HttpResponse:
    """Hand out a package and enter it in the ledger; asks again who it is after five minutes."""
    release = get_object_or_404(releases_visible(person(request)), pk=pk)
    return _handed_out(request, get_object_or_404(packages_for(release, person(request)), pk=package_pk))


@recently_authenticated
def _handed_out(request: HttpRequest, package: ReleasePackage) -> HttpResponse:
    try:
        path = services.package_download(package=package, by=person(request))
    except PackageMissingError:
        messages.error(request, _("The file of this package is missing or damaged. Tell whoever runs the server."))
    except TermsNotAcceptedError:
        messages.warning(request, _("Accept the terms first; then the packages can be downloaded."))
    else:
        return package_response(package, path)
    return redirect("release", pk=package.release_id)


@require_POST
@guard(Permission.RELEASE_FREEZE)
def release_retry(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Queue a failed or cancelled job again."""
    return _act(request, pk, "retry")


@require_POST
@guard(Permission.RELEASE_FREEZE)
def release_cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop a job."""
    return _act(request, pk, "cancel")


def _act(request: HttpRequest, pk: UUID, act: str) -> HttpResponse:
    release: Release = get_object_or_404(releases_visible(person(request)), pk=pk)
    service = services.job_retry if act == "retry" else services.job_cancel
    try:
        service(job=release.job, by=person(request))
    except NotAllowedNowError:
        messages.warning(request, _("The job has changed meanwhile; this page shows how it stands now."))
    return back_to(release)
