"""The page on which a data manager signs that a risk above the limit is acceptable: a reason and the password again."""

from __future__ import annotations

from uuid import UUID

from allauth.core.ratelimit import consume
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from exports import services
from exports.models import Release
from exports.services.held import report_mark
from exports.services.jobs import NotAllowedNowError
from exports.web.decisions.forms import SignForm
from exports.web.decisions.held import held_facts, may_sign
from exports.web.decisions.waiting import back_to, has_changed, waiting_release
from exports.web.person import person
from sites.access import guard
from sites.roles import Permission


@sensitive_post_parameters("password")
@guard(Permission.RELEASE_FREEZE)
@require_http_methods(["GET", "POST"])
@never_cache
def release_sign(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask for a reason and for the password each time, and sign the risk as the report has it."""
    release = waiting_release(request, pk)
    if not may_sign(release):
        has_changed(request)
        return back_to(release)
    form = SignForm(request.POST or None, initial={"seen": report_mark(release)})
    if request.method == "POST" and form.is_valid() and _is_them(request, form):
        return _signed(request, release, form)
    facts = {"release": release, "form": form, **held_facts(release, person(request))}
    return render(request, "exports/risk_sign.html", facts)


def _signed(request: HttpRequest, release: Release, form: SignForm) -> HttpResponse:
    try:
        told = {name: form.cleaned_data[name] for name in ("reason", "seen")}
        services.release_accept_risk(release=release, by=person(request), **told)
    except (NotAllowedNowError, ValidationError):
        has_changed(request)
    else:
        messages.success(request, _("You have signed that the risk of this release is acceptable."))
    return back_to(release)


def _is_them(request: HttpRequest, form: SignForm) -> bool:
    """Compare the password; a wrong one counts against the limit of the person, also when it fails."""
    if not consume(request, action="reauthenticate", user=request.user):
        form.add_error(None, _("Too many attempts. Wait a minute and try again."))
    elif not person(request).check_password(form.cleaned_data["password"]):
        form.add_error("password", _("This is not your password. Nothing was signed."))
    return form.is_valid()
