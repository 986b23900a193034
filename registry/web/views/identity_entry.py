"""The page on which a site enters who a patient is."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from registry.web.entry.case import case_of
from registry.web.entry.identity import identity_boxes, identity_save
from registry.web.entry.page import patient_or_404
from sites.access import guard, require
from sites.roles import Permission


@sensitive_post_parameters()
@guard(Permission.CASE_EDIT)
@require_http_methods(["GET", "POST"])
@never_cache
def identity_entry(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Take the record number, the date of birth and, where the site records them, names."""
    patient = patient_or_404(request, patient_id)
    require(request.user, Permission.CASE_EDIT, patient.site_id)
    case, typed = case_of(request.user, patient), request.POST.dict()
    boxes = identity_boxes(case, typed)
    if request.method == "POST" and not any(box.errors for box in boxes):
        reason = typed.get("reason", "").strip()[:200]
        if identity_save(case, boxes, by=request.user, reason=reason):
            messages.success(request, _("The identity is saved, encrypted."))
            return redirect(reverse("case", args=[patient.pk]) + "#identity")
    wrong = [box for box in boxes if box.errors]
    context = {"patient": patient, "boxes": boxes, "wrong": wrong}
    return render(request, "registry/identity/enter.html", context, status=422 if wrong else 200)
