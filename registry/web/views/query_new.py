"""Asking by hand: choose a case and a row, ask about one of its values, or mark it as verified."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from registry.models import DataQuery
from registry.selectors.cases import cases_visible
from registry.selectors.queries import answerers_at
from registry.services.queries import query_open, value_verify
from registry.web.forms.queries import AskForm
from registry.web.query_asking import AskedRow, asked_before, asked_row, case_choices, cases_named
from registry.web.query_threads import words_of
from registry.web.views.query import chosen_answerer
from sites.access import guard
from sites.roles import Permission

UNDONE = 422
PAGE, CHOOSE = "registry/queries/new.html", "registry/queries/new_choose.html"
VERIFY = "verify"


@guard(Permission.QUERY_OPEN)
@require_http_methods(["GET", "POST"])
@never_cache
def query_new(request: HttpRequest) -> HttpResponse:
    """Ask about a value of a row, or say that it was checked against its source."""
    if not request.GET.get("row"):
        return _choose(request)
    row = asked_row(request.user, request.GET)
    if row is None:
        raise Http404
    people = answerers_at([row.patient.site_id])[row.patient.site_id]
    given = request.POST if request.method == "POST" else None
    form = AskForm(row.values, people, given, initial={"field": request.GET.get("field", "")})
    act = request.POST.get("act", "")
    is_ready = form.is_bound and form.is_valid() and form.is_decided(act)
    if is_ready and (made := _made(request, form, row, act)):
        return redirect("query", made.pk)
    before = asked_before(request.user, row)
    words = words_of(before)
    context = {"form": form, "row": row, "before": [(query, words[query.pk]) for query in before]}
    return render(request, PAGE, context, status=UNDONE if form.is_bound else 200)


def _made(request: HttpRequest, form: AskForm, row: AskedRow, act: str) -> DataQuery | None:
    about: dict[str, Any] = {
        "patient": row.patient,
        "topic": row.topic.code,
        "row_id": row.record.pk,
        "field": form.cleaned_data["field"],
        "text": form.cleaned_data["text"],
        "by": request.user,
    }
    try:
        if act.startswith(VERIFY):
            made = value_verify(**about)
            messages.success(request, _("The value is marked as verified. A change of it ends that."))
        else:
            chosen = chosen_answerer(row.patient.site_id, form.cleaned_data["assignee"])
            made = query_open(**about, assignee=chosen)
            messages.success(request, _("The question is asked."))
    except ValidationError as refused:
        for name, errors in refused.error_dict.items():
            form.add_error(name if name in form.fields else None, errors)
        return None
    return made


def _choose(request: HttpRequest) -> HttpResponse:
    """Find the case by its study id, then the row."""
    asked = request.GET.get("case", "").strip()[:20]
    found = cases_named(request.user, asked) if asked else []
    if key := _uuid(request.GET.get("patient")):
        found = list(cases_visible(request.user).filter(pk=key).select_related("site"))
        if not found:
            raise Http404
    topics = list(case_choices(request.user, found[0])) if len(found) == 1 else []
    return render(request, CHOOSE, {"asked": asked, "cases": found, "topics": topics})


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
