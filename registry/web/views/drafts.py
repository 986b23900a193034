"""What is typed while it is typed: kept as a draft, read, and answered with what the registry makes of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from registry.services.drafts import draft_save
from registry.web.entry.page import Place, place_of
from registry.web.entry.rail import NEW
from registry.web.entry.sheet import Sheet
from registry.web.views.entry import typed_of
from sites.access import guard, require
from sites.roles import Permission


@guard(Permission.CASE_EDIT)
@require_POST
@never_cache
def case_draft(request: HttpRequest, patient_id: UUID, form: str) -> HttpResponse:
    """Keep what stands on a page and say what it is read as; nothing of it becomes part of the record."""
    row = request.POST.get("page-row", "")
    place = place_of(request, patient_id, form, _uuid(row), is_new=row == NEW, shown_as=row)
    require(request.user, Permission.CASE_EDIT, place.case.patient.site_id)
    typed = typed_of(request, place.form)
    try:
        draft = draft_save(patient=place.case.patient, form=form, row=place.row, typed=typed, by=request.user)
    except ValidationError as refused:
        return JsonResponse({"error": " ".join(refused.messages)}, status=400)
    # The clock on the wall of the person who types.
    saved = draft.saved_at.astimezone(ZoneInfo(place.case.patient.site.time_zone))
    return JsonResponse({"saved": f"{saved:%H:%M}", **answer(place, typed)})


def answer(place: Place, typed: dict[str, str]) -> dict[str, Any]:
    """Return what the page shows beside its controls, for the texts that stand in them."""
    sheet = place.build(typed)
    return {"boxes": _boxes(sheet), "rows": _rows(sheet)}


def _boxes(sheet: Sheet) -> dict[str, dict[str, str]]:
    return {box.name: {"echo": box.echo, "warning": box.warning, "error": box.error} for box in sheet.boxes}


def _rows(sheet: Sheet) -> dict[str, dict[str, Any]]:
    return {
        line.slot: {
            "computed": {
                key: {"text": value.text, "tone": value.tone, "title": value.title}
                for key, value in line.computed.items()
            },
            "says": " ".join([*line.says, *line.errors]),
        }
        for line in sheet.lines
    }


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
