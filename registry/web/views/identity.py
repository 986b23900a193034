"""Who a patient is: shown once, to the own site, after a reason and a fresh proof of who asks."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import formats
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from registry.metadata import topic_named
from registry.models import Patient
from registry.selectors.cases import cases_visible
from registry.services.identity import identity_reveal
from registry.web.forms.identity import RevealForm
from sites.access import can, guard
from sites.roles import Permission
from sites.signin import recently_authenticated


def identity_panel(request: HttpRequest, patient: Patient) -> dict[str, Any] | None:
    """Return the panel of the case page; nothing for whoever may not look."""
    if not can(request.user, Permission.IDENTITY_REVEAL, patient.site_id):
        return None
    return {"may_edit": can(request.user, Permission.CASE_EDIT, patient.site_id)}


@guard(Permission.IDENTITY_REVEAL)
@require_http_methods(["GET", "POST"])
@never_cache
def identity(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Ask for a reason, then show the identity in the answer to that form alone; no address leads back to it."""
    return _reveal(request, get_object_or_404(cases_visible(request.user).select_related("site"), pk=patient_id))


@recently_authenticated
def _reveal(request: HttpRequest, patient: Patient) -> HttpResponse:
    """See `identity`. Who is asked for a proof knows the case already: one of another site is not found before."""
    form = RevealForm(request.POST or None)
    shown = None
    if request.method == "POST" and form.is_valid():
        shown = _shown(identity_reveal(patient, by=request.user, reason=form.cleaned_data["reason"]))
    return render(request, "registry/identity/identity.html", {"patient": patient, "form": form, "shown": shown})


def _shown(values: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the words of each field and its value; days as everywhere on the pages."""
    fields = {field.name: field for field in topic_named("identity").fields}
    return [(str(fields[name].verbose_name), _words(value)) for name, value in values.items()]


def _words(value: Any) -> str:
    return value if isinstance(value, str) else formats.date_format(value, "Y-m-d")
