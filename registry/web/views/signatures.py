"""Signing a case: the panel on its page, and the page that asks for the password again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.core.ratelimit import consume
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from registry.models import Patient
from registry.models.status import Meaning
from registry.selectors.cases import cases_visible
from registry.selectors.status import form_states
from registry.services.signatures import case_sign, signatures_of
from registry.web.forms.signatures import SignForm
from sites.access import can, guard, require
from sites.roles import Permission


def sign_panel(request: HttpRequest, patient: Patient) -> dict[str, Any]:
    """Return the signatures of a case, each with whether it still stands."""
    found = signatures_of(patient)
    return {"signatures": found, "may_sign": can(request.user, Permission.CASE_SIGN, patient.site_id)}


@sensitive_post_parameters("password")
@guard(Permission.CASE_SIGN)
@require_http_methods(["GET", "POST"])
@never_cache
def sign(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Ask for the password each time, beside the sign-in, and sign the case as it stands."""
    patient = get_object_or_404(cases_visible(request.user).select_related("site"), pk=patient_id)
    require(request.user, Permission.CASE_SIGN, patient.site_id)
    form = SignForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _is_them(request, form):
        case_sign(patient=patient, by=request.user)
        messages.success(request, _("You have signed this case."))
        return redirect(reverse("case", args=[patient.pk]) + "#signatures")
    states = form_states(patient)
    context = {"patient": patient, "form": form, "meaning": Meaning.CORRECT.label}
    context["open"] = [state.topic.label for state in states if state.rows and not state.is_complete]
    return render(request, "registry/signatures/sign.html", context)


def _is_them(request: HttpRequest, form: SignForm) -> bool:
    """Compare the password; a wrong one counts against the limit of the person, also when it fails."""
    if not consume(request, action="reauthenticate", user=request.user):
        form.add_error(None, _("Too many attempts. Wait a minute and try again."))
    elif not request.user.check_password(form.cleaned_data["password"]):
        form.add_error("password", _("This is not your password. Nothing was signed."))
    return form.is_valid()
