"""Recording on a form that nothing of the kind occurred, and deleting one of its pages."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from registry.services.drafts import draft_discard
from registry.services.locks import WriteRefused
from registry.services.none_occurred import none_record, none_withdraw
from registry.services.records import record_delete
from registry.web.entry.page import Place, form_or_404, patient_or_404, place_of
from registry.web.entry.rail import row_title
from registry.web.entry.sheet import Sheet
from sites.access import guard, require
from sites.roles import Permission


@guard(Permission.CASE_EDIT)
@require_POST
def case_none(request: HttpRequest, patient_id: UUID, form: str) -> HttpResponse:
    """Record that none occurred, or take it back."""
    patient, found = patient_or_404(request, patient_id), form_or_404(form)
    require(request.user, Permission.CASE_EDIT, patient.site_id)
    act = {"none": none_record, "withdraw": none_withdraw}.get(request.POST.get("act", ""))
    if act is None or not found.none_words:
        raise Http404
    try:
        act(patient=patient, topic=found.first.code, by=request.user)
    except WriteRefused as refused:
        messages.error(request, " ".join(refused.messages))
    return redirect(reverse("case_form", args=[patient.pk, form]))


@guard(Permission.CASE_EDIT)
@require_http_methods(["GET", "POST"])
@never_cache
def case_form_delete(request: HttpRequest, patient_id: UUID, form: str, row_id: UUID) -> HttpResponse:
    """Delete one page of a form with all rows on it, after asking why."""
    place = place_of(request, patient_id, form, row_id, is_new=False)
    patient = place.case.patient
    if place.head is None:
        raise Http404
    require(request.user, Permission.CASE_EDIT, patient.site_id)
    reason, error = request.POST.get("reason", "").strip()[:200], ""
    sheet = place.build()
    if request.method == "POST":
        error = _deleted(request, place, sheet, reason)
        if not error:
            messages.success(request, _("Deleted. The history keeps it."))
            return redirect(reverse("case", args=[patient.pk]))
    rows = [(grid.title, sum(not line.is_new for line in grid.lines)) for grid in sheet.grids]
    context = {"patient": patient, "place": place, "title": row_title(place.form, place.head), "rows": rows}
    context |= {"reason": reason, "error": error, "seen": _stand(sheet)}
    return render(request, "registry/entry/delete.html", context, status=422 if error else 200)


def _deleted(request: HttpRequest, place: Place, sheet: Sheet, reason: str) -> str:
    """Delete the page and return "", or say why it was not."""
    if not reason:
        return _("Say why.")
    if request.POST.get("seen", _stand(sheet)) != _stand(sheet):
        return _("Somebody changed this page meanwhile. Look at it once more before you delete it.")
    try:
        record_delete(topic=place.form.first, record=place.head, by=request.user, reason=reason)
    except WriteRefused as refused:
        return " ".join(refused.messages)
    draft_discard(patient=place.case.patient, form=place.form.code, row=place.row, by=request.user)
    return ""


def _stand(sheet: Sheet) -> str:
    """Return a text that is another one as soon as a row of the page is added, changed or deleted."""
    rows = [f"{line.typed_id}={line.version}" for line in sheet.lines if line.typed_id]
    return sha256(" ".join(sorted(rows)).encode()).hexdigest()[:16]
