"""Entering a case: the page of a form, what is typed there while it is typed, and what is saved."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from registry.metadata.forms import CaseForm, Shape
from registry.selectors.case_queries import queries_moved
from registry.services.drafts import draft_discard, draft_save
from registry.services.refusals import WriteRefused
from registry.web.entry.completing import Refusal, complete_as_said, violations_of
from registry.web.entry.days import MORE
from registry.web.entry.grids import MORE_ROWS
from registry.web.entry.heads import as_number
from registry.web.entry.page import (
    PageStanding,
    Place,
    drafted,
    form_or_404,
    head_stop,
    page_context,
    patient_or_404,
    place_of,
    standing_of,
)
from registry.web.entry.rail import following, rail_of
from registry.web.entry.saving import PAGE_WIDE, Saved, plain, save_sheet, show_outcomes
from registry.web.entry.sheet import Sheet
from registry.web.entry.telling import tell, tell_moved
from sites.access import guard, require
from sites.roles import Permission

TEMPLATE = "registry/entry/page.html"
AT_THE_END = ("reason", "complete", "complete-was")
UNSAVED = 422


@guard(Permission.CASE_VIEW)
@require_http_methods(["GET", "POST"])
@never_cache
def case_form(request: HttpRequest, patient_id: UUID, form: str) -> HttpResponse:
    """Show or save the only page of a form; a form with several pages leads to its first one."""
    if form_or_404(form).shape is Shape.REPEATED:
        if request.method == "POST":
            raise Http404
        patient = patient_or_404(request, patient_id)
        stop = head_stop(rail_of(request.user, patient), form)
        return redirect(stop.url if stop else reverse("case", args=[patient.pk]))
    shown_as = request.GET.get("as", "")
    return _page(request, place_of(request, patient_id, form, None, is_new=False, shown_as=shown_as))


@guard(Permission.CASE_VIEW)
@require_http_methods(["GET", "POST"])
@never_cache
def case_form_new(request: HttpRequest, patient_id: UUID, form: str) -> HttpResponse:
    """Show or save a new page of a form that has several."""
    return _page(request, place_of(request, patient_id, form, None, is_new=True))


@guard(Permission.CASE_VIEW)
@require_http_methods(["GET", "POST"])
@never_cache
def case_form_row(request: HttpRequest, patient_id: UUID, form: str, row_id: UUID) -> HttpResponse:
    """Show or save one page of a form that has several: one episode, one course."""
    return _page(request, place_of(request, patient_id, form, row_id, is_new=False))


def _page(request: HttpRequest, place: Place) -> HttpResponse:
    standing = standing_of(request, place)
    if request.method == "POST":
        require(request.user, Permission.CASE_EDIT, place.case.patient.site_id)
        return _posted(request, place, standing)
    sheet = drafted(request, place) if standing.is_open else place.build()
    if place.gone:
        if sheet.draft_at is None:
            raise Http404
        sheet.refusal = _deleted_words()
    return render(request, TEMPLATE, page_context(request, place, sheet, standing))


def _posted(request: HttpRequest, place: Place, standing: PageStanding) -> HttpResponse:
    typed = typed_of(request, place.form)
    act = request.POST.get("act", "save")
    if act == "discard":
        draft_discard(patient=place.case.patient, form=place.form.code, row=place.row, by=request.user)
        messages.success(request, _("The draft is discarded. The page shows what is saved."))
        return redirect(reverse("case", args=[place.case.patient.pk]) if place.gone else place.url)
    if act.startswith("more") or act == "refresh":
        return _again(request, place, standing, place.build(_with_more(typed, act)), 200)
    return _save(request, place, standing, typed, act)


def typed_of(request: HttpRequest, form: CaseForm) -> dict[str, str]:
    """Return what was typed: the name of each control of the form and its text. Of anything else nothing is kept."""
    known = tuple(f"{topic.code}-" for topic in form.topics)
    return {
        name: str(text)
        for name, text in request.POST.items()
        if name in AT_THE_END or name.startswith(PAGE_WIDE) or plain(name).startswith(known)
    }


def _with_more(typed: dict[str, str], act: str) -> dict[str, str]:
    """Ask for further rows of one grid: seven days, or five rows."""
    if not act.startswith("more-"):
        return typed
    added = MORE if act.endswith("_assessment") else MORE_ROWS
    return {**typed, act: str(as_number(typed.get(act, ""), 0) + added)}


def _save(request: HttpRequest, place: Place, standing: PageStanding, typed: dict[str, str], act: str) -> HttpResponse:
    if standing.is_locked:
        words = _("This form is locked. What you typed is kept as a draft; ask a data manager to unlock the form.")
        return _refused(request, place, standing, typed, words)
    if place.gone and typed.get(f"{place.form.first.code}-0-id"):
        return _refused(request, place, standing, _anew(typed), _deleted_words())
    reason, began = typed.get("reason", "").strip()[:200], timezone.now()
    try:
        saved = save_sheet(typed, place.build, by=request.user, reason=reason)
    except WriteRefused as refused:
        return _refused(request, place, standing, typed, " ".join(refused.messages))
    if not saved.is_whole:
        tell_moved(request, queries_moved(request.user, place.case.patient, began))
        return _partly(request, place, saved)
    draft_discard(patient=place.case.patient, form=place.form.code, row=place.row, by=request.user)
    wanted, refused = _is_wanted_complete(request, standing), Refusal()
    if wanted is not None:
        refused = complete_as_said(place, wanted=wanted, by=request.user, reason=reason)
    moved = queries_moved(request.user, place.case.patient, began)
    if refused.findings:
        tell(request, saved, moved)
        return _blocked(request, place, saved, refused)
    if refused.words:
        messages.warning(request, refused.words)
    where = _where(request, place, saved, act)
    tell(request, saved, moved, "" if act == "save" else _page_of(place, saved))
    return redirect(where)


def _deleted_words() -> str:
    return _("Somebody deleted this page. What you typed is kept: save again to enter it anew.")


def _anew(typed: dict[str, str]) -> dict[str, str]:
    """Let the rows of a page be new ones."""
    versions = {name: "0" for name in typed if name.endswith("-version")}
    return {**typed, **versions, **{name: "" for name in typed if name.endswith("-id")}}


def _refused(
    request: HttpRequest, place: Place, standing: PageStanding, typed: dict[str, str], words: str
) -> HttpResponse:
    """Nothing was saved: a lock, or a reason that is missing. The page keeps what was typed, and so does the draft."""
    sheet = place.build(typed if standing.is_open else None)
    sheet.refusal = words
    _keep(request, place, typed)
    return _again(request, place, standing, sheet, UNSAVED)


def _partly(request: HttpRequest, place: Place, saved: Saved) -> HttpResponse:
    """Some rows are saved; those that are not stay as typed, with what is wrong beside them."""
    typed = typed_of(request, place.form)
    left = {**saved.left, **{name: typed[name] for name in AT_THE_END if name in typed}}
    here = _place_now(request, place, saved)
    if here.row != place.row:
        draft_discard(patient=place.case.patient, form=place.form.code, row=place.row, by=request.user)
    sheet = here.build(left)
    show_outcomes(sheet, saved.outcomes)
    sheet.saved_rows = saved.rows + saved.deleted
    _keep(request, here, left)
    return _again(request, here, standing_of(request, here), sheet, UNSAVED)


def _blocked(request: HttpRequest, place: Place, saved: Saved, refused: Refusal) -> HttpResponse:
    """All rows are saved, and the form is not complete: the page says what stops it, and where."""
    here = _place_now(request, place, saved)
    sheet = here.build()
    sheet.violations = violations_of(request.user, sheet, refused.findings)
    return _again(request, here, standing_of(request, here), sheet, UNSAVED)


def _place_now(request: HttpRequest, place: Place, saved: Saved) -> Place:
    """Read the page anew after a save; a new page is that of its head row as soon as that is saved."""
    head = saved.head.pk if place.form.shape is Shape.REPEATED and saved.head is not None else None
    if place.gone and head is None:
        return place
    is_new = place.is_new and head is None
    return place_of(request, place.case.patient.pk, place.form.code, head, is_new=is_new, shown_as=place.row)


def _keep(request: HttpRequest, place: Place, typed: dict[str, str]) -> None:
    try:
        draft_save(patient=place.case.patient, form=place.form.code, row=place.row, typed=typed, by=request.user)
    except ValidationError as refused:
        messages.warning(request, " ".join(refused.messages))


def _again(request: HttpRequest, place: Place, standing: PageStanding, sheet: Sheet, status: int) -> HttpResponse:
    context = page_context(request, place, sheet, standing)
    context["typed_reason"] = request.POST.get("reason", "")
    context["typed_complete"] = "complete" in request.POST
    return render(request, TEMPLATE, context, status=status)


def _is_wanted_complete(request: HttpRequest, standing: PageStanding) -> bool | None:
    """Return whether the form is to be complete, as its box says; None where that is to stay as it is."""
    wanted = "complete" in request.POST
    # Whoever left the box as it was has not decided on what somebody else did meanwhile.
    was = request.POST.get("complete-was", "yes" if standing.is_complete else "no") == "yes"
    return None if wanted == was or wanted == standing.is_complete else wanted


def _where(request: HttpRequest, place: Place, saved: Saved, act: str) -> str:
    """Return the page to show after a save: the next form, the case, or the same page again."""
    patient = place.case.patient
    if act == "close":
        return reverse("case", args=[patient.pk])
    if act == "next":
        stop = following(rail_of(request.user, patient), place.form.code, _row(place, saved))
        return stop.url if stop else reverse("case", args=[patient.pk])
    return _page_of(place, saved)


def _page_of(place: Place, saved: Saved) -> str:
    """Return the address of the page that was saved; a new one has one of its own by now."""
    row = _row(place, saved)
    if row and row != place.row:
        return reverse("case_form_row", args=[place.case.patient.pk, place.form.code, row])
    return place.url


def _row(place: Place, saved: Saved) -> str:
    return str(saved.head.pk) if place.form.shape is Shape.REPEATED and saved.head is not None else place.row
