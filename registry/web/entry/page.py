"""An entry page with everything around it: who may edit, what is locked or complete, the rail, what comes next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.metadata.forms import FORMS, CaseForm, Shape, case_form
from registry.models import FormStatus, NoneOccurred, Patient
from registry.selectors.cases import cases_visible
from registry.selectors.deleted_rows import was_row_of
from registry.selectors.status import locked_topics
from registry.services.drafts import draft_of
from registry.web.case_links import address
from registry.web.entry.boxes import is_asked
from registry.web.entry.case import Case, case_of, head_row
from registry.web.entry.choices import put_choices
from registry.web.entry.grids import ONE_BY_ONE
from registry.web.entry.lab_grid import LAB
from registry.web.entry.previews import preview
from registry.web.entry.queries import put_queries
from registry.web.entry.rail import NEW, Stop, following, rail_of, row_title
from registry.web.entry.sheet import Sheet, sheet_of
from sites.access import can
from sites.roles import Permission


@dataclass(frozen=True)
class Place:
    """Which page it is: the case, the form, the head row (None for a new one or a form without).

    `gone` is the key of a head row that somebody deleted: the page is a new one then, under the old address.
    `is_one_by_one` marks the laboratory page with a row a result.
    """

    case: Case
    form: CaseForm
    head: Any
    is_new: bool
    gone: str = ""
    is_one_by_one: bool = False

    @property
    def row(self) -> str:
        """Return the key of the page among those of its form."""
        if self.form.shape is not Shape.REPEATED:
            return ONE_BY_ONE if self.is_one_by_one else ""
        return self.gone or (NEW if self.is_new else str(self.head.pk))

    @property
    def url(self) -> str:
        """Return its address."""
        known = [self.case.patient.pk, self.form.code]
        if self.form.shape is not Shape.REPEATED:
            return reverse("case_form", args=known) + (f"?as={ONE_BY_ONE}" if self.is_one_by_one else "")
        if self.row == NEW:
            return reverse("case_form_new", args=known)
        return reverse("case_form_row", args=[*known, self.row])

    def build(self, typed: Mapping[str, str] | None = None) -> Sheet:
        """Build the page, with what is computed of it."""
        marked = {**(typed or {}), ONE_BY_ONE: "yes"} if self.is_one_by_one else typed
        sheet = sheet_of(self.case, self.form, self.head, marked, is_new=self.is_new)
        sheet.typed = typed or {}
        preview(sheet)
        put_choices(sheet)
        return sheet


def patient_or_404(request: HttpRequest, patient_id: UUID) -> Patient:
    """Return a case that the person may see; Http404 for any other."""
    return get_object_or_404(cases_visible(request.user).select_related("site"), pk=patient_id)


def form_or_404(code: str) -> CaseForm:
    """Return a form by its code."""
    try:
        return case_form(code)
    except LookupError as error:
        raise Http404 from error


def place_of(
    request: HttpRequest, patient_id: UUID, code: str, row_id: UUID | None, *, is_new: bool, shown_as: str = ""
) -> Place:
    """Return the page that an address names; Http404 for what the case does not have."""
    form = form_or_404(code)
    case = case_of(request.user, patient_or_404(request, patient_id))
    if form.shape is not Shape.REPEATED:
        if is_new or row_id:
            raise Http404
        return Place(case, form, None, is_new=False, is_one_by_one=code == LAB and shown_as == ONE_BY_ONE)
    head = head_row(case, form, row_id) if row_id else None
    if is_new or head is not None:
        return Place(case, form, head, is_new)
    if row_id is None or not was_row_of(case.patient, form.first, row_id):
        raise Http404
    return Place(case, form, None, is_new=True, gone=str(row_id))


@dataclass(frozen=True)
class PageStanding:
    """What holds for the form as a whole."""

    may_edit: bool
    is_locked: bool
    is_complete: bool
    was_complete: bool
    none_answer: NoneOccurred | None

    @property
    def is_open(self) -> bool:
        """Tell whether the page has controls."""
        return self.may_edit and not self.is_locked


def standing_of(request: HttpRequest, place: Place) -> PageStanding:
    """Read whether the form is locked, complete, or was complete once, and whether none is said to have occurred."""
    patient, codes = place.case.patient, [topic.code for topic in place.form.topics]
    statuses = {status.topic: status for status in FormStatus.objects.filter(patient=patient, topic__in=codes)}
    complete = {code for code, status in statuses.items() if status.is_complete}
    none = NoneOccurred.objects.filter(patient=patient, topic=place.form.first.code).select_related("said_by").first()
    return PageStanding(
        may_edit=can(request.user, Permission.CASE_EDIT, patient.site_id),
        is_locked=bool(locked_topics(patient) & set(codes)),
        is_complete=complete >= set(codes),
        was_complete=bool(statuses),
        none_answer=none if place.form.none_words else None,
    )


def page_context(request: HttpRequest, place: Place, sheet: Sheet, standing: PageStanding) -> dict[str, Any]:
    """Return the values of the template."""
    stops = rail_of(request.user, place.case.patient, place.form.code if place.is_new else "")
    title = row_title(place.form, place.head) if place.head else _(place.form.label)
    if standing.is_open and not sheet.wrong:
        _begin(sheet)
    return {
        "place": place,
        "patient": place.case.patient,
        "index": place.case.index,
        "day_0": sheet.setting.day_0,
        "sheet": sheet,
        "standing": standing,
        "stops": stops,
        "here": (place.form.code, place.row),
        "next": following(stops, place.form.code, place.row),
        "title": title,
        "number": FORMS.index(place.form) + 1,
        "total": len(FORMS),
        "addable": [form for form in FORMS if form.shape is Shape.REPEATED],
        "draft_url": reverse("case_draft", args=[place.case.patient.pk, place.form.code]),
        "history_url": reverse("case_history", args=[place.case.patient.pk]),
        "now": timezone.now(),
        "banner": put_queries(request.user, sheet, place.url),
        "ask_url": _ask_url(request, place.case.patient),
        "is_typed_anew": bool(sheet.typed),
        "has_rows": any(not line.is_new or getattr(line, "cells", None) for line in sheet.lines),
        "typed_reason": sheet.typed.get("reason", ""),
        "typed_complete": "complete" in sheet.typed if sheet.typed else None,
    }


def _ask_url(request: HttpRequest, patient: Patient) -> str:
    """Return the address at which this person asks about the rows of a case, "" for who may not."""
    may_ask = can(request.user, Permission.QUERY_OPEN, patient.site_id)
    url = address("query_new") if may_ask else ""
    return f"{url}?{urlencode({'patient': patient.pk})}" if url else ""


def _begin(sheet: Sheet) -> None:
    """Let typing begin in the first empty control that wants an answer."""
    for line in sheet.lines:
        by_name = line.by_name()
        for box in line.boxes.values():
            if not box.text and not box.is_optional and is_asked(box, by_name):
                box.has_focus = True
                return


def drafted(request: HttpRequest, place: Place) -> Sheet:
    """Build the page from the person's draft, or from the record where there is none."""
    draft = draft_of(patient=place.case.patient, form=place.form.code, row=place.row, by=request.user)
    sheet = place.build(draft.typed if draft else None)
    sheet.draft_at = draft.saved_at if draft else None
    return sheet


def head_stop(stops: list[Stop], form: str) -> Stop | None:
    """Return the first page of a form."""
    return next((stop for stop in stops if stop.form.code == form), None)
