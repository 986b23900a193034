"""Giving a release to an investigator and taking it back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from exports import services
from exports.models import Release
from exports.selectors import releases_visible
from exports.web.forms import GrantForm
from exports.web.person import person
from exports.web.views.pages import release_shown
from sites.access import guard
from sites.roles import Permission


@require_POST
@guard(Permission.RELEASE_GRANT)
def release_grant(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give a release to an investigator until a day."""
    release = get_object_or_404(releases_visible(person(request)), pk=pk)
    form = GrantForm(request.POST, by=person(request))
    if not (form.is_valid() and _granted(form, release, request)):
        return release_shown(request, pk, grant_form=form)
    messages.success(
        request, _("%(person)s may download this release.") % {"person": form.cleaned_data["investigator"]}
    )
    return redirect("release", pk=pk)


def _granted(form: GrantForm, release: Release, request: HttpRequest) -> bool:
    try:
        services.release_grant(release=release, by=person(request), **form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True


@require_POST
@guard(Permission.RELEASE_GRANT)
def grant_revoke(request: HttpRequest, pk: UUID, grant_pk: UUID) -> HttpResponse:
    """End a grant now."""
    release = get_object_or_404(releases_visible(person(request)), pk=pk)
    services.release_revoke(grant=get_object_or_404(release.grants, pk=grant_pk), by=person(request))
    return redirect("release", pk=pk)
