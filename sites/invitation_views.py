"""Pages of inviting (administrators) and of accepting (whoever has the link)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sites.access import guard
from sites.invitation_forms import AcceptForm, InvitationForm
from sites.invitations import InvitationUsed, accept, invitation_of, invite, renew, send, token_of, withdraw
from sites.models import Invitation
from sites.roles import Permission

ON_A_PAGE = 50


@guard(Permission.PEOPLE_ADMIN)
@require_GET
def invitations(request: HttpRequest) -> HttpResponse:
    """List the invitations, the newest first, with what came of each."""
    every = Invitation.objects.select_related("site", "invited_by", "accepted_by")
    return render(
        request, "invitations/list.html", {"page": Paginator(every, ON_A_PAGE).get_page(request.GET.get("page"))}
    )


@guard(Permission.PEOPLE_ADMIN)
@require_http_methods(["GET", "POST"])
def invitation_new(request: HttpRequest) -> HttpResponse:
    """Invite somebody."""
    form = InvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _invited(request, form):
        messages.success(request, _("The invitation is on its way."))
        return redirect("invitations")
    return render(request, "invitations/new.html", {"form": form})


def _invited(request: HttpRequest, form: InvitationForm) -> bool:
    """Record and send, both or neither."""
    try:
        with transaction.atomic():
            _send(request, invite(by=request.user, **form.cleaned_data))
    except ValidationError as refused:
        form.add_error(None, refused.messages)
    except OSError:
        form.add_error(None, _("The e-mail could not be sent, so nobody was invited. Try again later."))
    return form.is_valid()


def _send(request: HttpRequest, invitation: Invitation) -> None:
    send(invitation, request.build_absolute_uri(reverse("invitation_accept", args=[token_of(invitation)])))


@guard(Permission.PEOPLE_ADMIN)
@require_POST
def invitation_resend(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send an invitation again; the seven days begin anew."""
    invitation = get_object_or_404(Invitation, pk=pk)
    try:
        with transaction.atomic():
            _send(request, renew(invitation, by=request.user))
    except InvitationUsed:
        messages.warning(request, _("Nothing was done: it was accepted or withdrawn already."))
    except OSError:
        messages.error(request, _("The e-mail could not be sent. The last link still works as before."))
    else:
        messages.success(request, _("Sent again. Links of earlier e-mails no longer work."))
    return redirect("invitations")


@guard(Permission.PEOPLE_ADMIN)
@require_POST
def invitation_withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Withdraw an invitation."""
    try:
        withdraw(get_object_or_404(Invitation, pk=pk), by=request.user)
    except InvitationUsed:
        messages.warning(request, _("Nothing was done: it was accepted or withdrawn already."))
    else:
        messages.success(request, _("Withdrawn. Its link no longer works."))
    return redirect("invitations")


@require_http_methods(["GET", "POST"])
@never_cache
def invitation_accept(request: HttpRequest, token: str) -> HttpResponse:
    """Let the invited person open the account. Every link that does not work looks the same."""
    invitation = None if request.user.is_authenticated else invitation_of(token)
    if invitation is None:
        return render(request, "invitations/closed.html", status=404)
    form = AcceptForm(request.POST or None, invitation=invitation)
    if request.method == "POST" and form.is_valid() and _accepted(token, form):
        messages.success(request, _("Your account is open. Sign in with your new password."))
        return redirect("account_login")
    return render(request, "invitations/accept.html", {"form": form, "invitation": invitation})


def _accepted(token: str, form: AcceptForm) -> bool:
    given = form.cleaned_data
    try:
        accept(token, full_name=given["full_name"], password=given["password1"])
    except InvitationUsed:
        form.add_error(None, _("This invitation was used or withdrawn a moment ago."))
    except ValidationError as refused:
        form.add_error(None, refused.messages)
    return form.is_valid()
