"""Writing a request: one page, kept as a draft or submitted."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from exports import services
from exports.models import DataRequest, RequestState
from exports.selectors import requests_visible
from exports.services.jobs import NotAllowedNowError
from exports.web.person import person
from exports.web.requests.counting import count_facts
from exports.web.requests.forms import RequestForm, initial_of
from sites.access import guard
from sites.models import User
from sites.roles import Permission


@require_http_methods(["GET", "POST"])
@guard(Permission.REQUEST_CREATE)
def request_new(request: HttpRequest) -> HttpResponse:
    """Write a new request, which may begin as a copy of one's own."""
    number = _number(request.GET.get("like", ""))
    return _written(request, None, _own(person(request)).filter(pk=number).first() if number else None)


@require_http_methods(["GET", "POST"])
@guard(Permission.REQUEST_CREATE)
def request_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change one's own draft; what was submitted is only read."""
    asked = get_object_or_404(_own(person(request)), pk=pk)
    if asked.state != RequestState.DRAFT:
        messages.warning(request, _("This request is no draft any more. Take it back to ask for something else."))
        return redirect("request", pk=pk)
    return _written(request, asked, asked)


def _own(user: User) -> QuerySet[DataRequest]:
    return requests_visible(user).filter(requested_by=user)


def _number(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _written(request: HttpRequest, asked: DataRequest | None, like: DataRequest | None) -> HttpResponse:
    act = request.POST.get("act", "")
    initial = {**initial_of(like), "cohort": like.cohort} if like is not None else None
    form = RequestForm(request.POST or None, initial=initial, is_submitted=act == "submit")
    if act in ("save", "submit") and form.is_valid():
        saved = _kept(form, asked, request)
        if saved is not None:
            return redirect("request" if act == "submit" else "request_edit", pk=saved.pk)
    facts = {"form": form, "asked": asked, "is_counted": act == "count", **count_facts(form)}
    return render(request, "exports/requests/edit.html", facts)


def _kept(form: RequestForm, asked: DataRequest | None, request: HttpRequest) -> DataRequest | None:
    """Save, and submit where that was asked for: both or nothing. None where the form has to say why not."""
    user = person(request)
    try:
        with transaction.atomic():
            saved = services.request_save(by=user, request=asked, **form.asked())
            if form.is_submitted:
                services.request_submit(request=saved, by=user)
    except NotAllowedNowError:
        form.add_error(None, _("This request is no draft any more: it was submitted or taken back meanwhile."))
    except ValidationError as error:
        _tell(form, error)
    else:
        words = _("%(number)s is submitted. The data managers are told.") if form.is_submitted else _("Draft saved.")
        messages.success(request, words % {"number": saved.number})
        return saved
    return None


def _tell(form: RequestForm, error: ValidationError) -> None:
    """Put what the service says beside the field that it is about."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, found in error.error_dict.items():
        if name == "number":
            form.add_error(None, _("Somebody else has just saved a request. Save again."))
        else:
            form.add_error(name if name in form.fields else None, ValidationError(found))
