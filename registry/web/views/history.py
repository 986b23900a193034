"""The history of a case: all its events, those of one value, and the case as it stood at a moment."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from registry.models import Patient
from registry.selectors.cases import case_topics, cases_visible
from registry.selectors.history import Place, case_as_of, case_happenings, row_happenings
from registry.web.case_page import sections_of
from registry.web.forms.audit import MomentForm
from registry.web.history_page import entry_of
from sites.access import guard
from sites.roles import Permission

ON_A_PAGE = 50


@guard(Permission.CASE_VIEW)
@require_GET
@never_cache
def case_history(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Show what happened to a case, the newest first; of one topic if that is asked for."""
    patient = _visible(request, patient_id)
    shown = case_topics()
    topic = next((topic for topic in shown if topic.code == request.GET.get("topic")), None)
    before = Place.read(request.GET.get("before", ""))
    codes = [topic.code] if topic else [entry.code for entry in shown]
    found = case_happenings(patient, ON_A_PAGE + 1, codes=codes, before=before)
    entries = [entry_of(happening, everything=True) for happening in found[:ON_A_PAGE]]
    following = found[ON_A_PAGE - 1].place if len(found) > ON_A_PAGE else None
    facts = {"entries": entries, "following": following, "before": before, "topics": shown, "topic": topic}
    return render(request, "registry/history/case.html", {"patient": patient, **facts})


@guard(Permission.CASE_VIEW)
@require_GET
@never_cache
def field_history(request: HttpRequest, patient_id: UUID, code: str, row_id: UUID, name: str) -> HttpResponse:
    """Show what became of one value: old, new, who, when, why."""
    patient = _visible(request, patient_id)
    topic = next((topic for topic in case_topics() if topic.code == code), None)
    field = next((field for field in topic.fields if field.name == name), None) if topic else None
    found = row_happenings(patient, code, row_id) if field else []
    if not found:
        raise Http404
    entries = [entry_of(happening, everything=True) for happening in found]
    changes = [(entry, change) for entry in entries for change in entry.changes if change.name == name]
    facts = {"patient": patient, "topic": topic, "field": field, "entry": entries[0], "changes": changes}
    return render(request, "registry/history/field.html", facts)


@guard(Permission.CASE_VIEW)
@require_GET
@never_cache
def case_moment(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Show a case as it stood at a moment, made from its events."""
    patient = _visible(request, patient_id)
    form = MomentForm(request.GET if "at" in request.GET else None, initial={"at": datetime.now(UTC)})
    facts: dict[str, Any] = {"patient": patient, "form": form, "at": None, "sections": []}
    if form.is_valid():
        facts["at"] = form.cleaned_data["at"]
        facts["sections"] = [part for part in sections_of(case_as_of(patient, facts["at"])) if part.lines]
    return render(request, "registry/history/moment.html", facts)


def _visible(request: HttpRequest, patient_id: UUID) -> Patient:
    return get_object_or_404(cases_visible(request.user).select_related("site"), pk=patient_id)
