"""What a data manager does with a release that waits: coarsen it, let it go on, or end it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from exports import services
from exports.models import Release
from exports.services.jobs import NotAllowedNowError
from exports.web.decisions.forms import CoarsenForm
from exports.web.decisions.waiting import back_to, has_changed, say_errors, waiting_release
from exports.web.person import person
from sites.access import guard
from sites.roles import Permission


@require_POST
@guard(Permission.RELEASE_FREEZE)
def release_coarsen(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Apply the ticked steps, all others not, and show the report of the data as they are then."""
    form = CoarsenForm(request.POST)

    def coarsen(release: Release) -> str:
        if not form.is_valid():
            raise ValidationError(list(form.errors["steps"]))
        steps = form.cleaned_data["steps"]
        held = services.release_coarsen(release=release, steps=steps, by=person(request))
        return _("The report is of the data after the steps. Smallest group: %(k)s.") % {"k": held.risk["k"]}

    return _act(request, pk, coarsen)


@require_POST
@guard(Permission.RELEASE_FREEZE)
def release_continue(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Have the packages made and published."""

    def go_on(release: Release) -> str:
        services.release_continue(release=release, by=person(request))
        return _("The packages are being made.")

    return _act(request, pk, go_on)


@require_POST
@guard(Permission.RELEASE_FREEZE)
def release_refuse(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End a release that waits; for a request the data can be assessed anew."""

    def refuse(release: Release) -> str:
        services.release_refuse(release=release, by=person(request))
        return _("%(release)s is not released; what was frozen for it is removed.") % {"release": release.name}

    return _act(request, pk, refuse)


def _act(request: HttpRequest, pk: UUID, act: Callable[[Release], str]) -> HttpResponse:
    release = waiting_release(request, pk)
    try:
        messages.success(request, act(release))
    except NotAllowedNowError:
        has_changed(request)
    except ValidationError as error:
        say_errors(request, error.messages)
    return back_to(release)
