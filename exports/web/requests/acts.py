"""What is done to a request that is no draft: talked about, taken back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from exports import services
from exports.selectors import requests_visible
from exports.services.jobs import NotAllowedNowError
from exports.web.person import person
from exports.web.requests.forms import MessageForm
from exports.web.requests.pages import request_shown
from sites.access import guard
from sites.roles import Permission


@require_POST
@guard(Permission.RELEASE_VIEW)
def request_message(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add a message of the person who asked or of a data manager."""
    asked = get_object_or_404(requests_visible(person(request)), pk=pk)
    form = MessageForm(request.POST)
    if not form.is_valid():
        return request_shown(request, pk, form)
    try:
        services.request_message(request=asked, text=form.cleaned_data["text"], by=person(request))
    except ValidationError as error:
        form.add_error("text", ValidationError(error.messages))
        return request_shown(request, pk, form)
    messages.success(request, _("Message sent."))
    return redirect("request", pk=pk)


@require_POST
@guard(Permission.REQUEST_CREATE)
def request_recall(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take one's own request back."""
    user = person(request)
    asked = get_object_or_404(requests_visible(user).filter(requested_by=user), pk=pk)
    try:
        services.request_recall(request=asked, by=user)
    except NotAllowedNowError:
        messages.warning(request, _("The request was decided on meanwhile; this page shows how it stands now."))
    else:
        messages.success(request, _("The request is taken back."))
    return redirect("request", pk=pk)
