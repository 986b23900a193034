"""Giving a release to an investigator and taking it back; who holds it; withdrawing it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from exports import services
from exports.models import Release
from exports.selectors import holders_of, releases_visible
from exports.services.jobs import NotAllowedNowError
from exports.web.holders.facts import withdraw_facts
from exports.web.holders.forms import GrantForm, WithdrawForm
from exports.web.holders.ledger import ledger_csv
from exports.web.person import person
from exports.web.views.pages import UNDONE, release_shown
from sites.access import guard
from sites.models import AccessKind
from sites.reads import access_record
from sites.roles import Permission


@require_POST
@guard(Permission.RELEASE_GRANT)
def release_grant(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give a release to an investigator until a day, at its own level or a lower one."""
    release = _release(request, pk)
    form = GrantForm(request.POST, by=person(request), release=release)
    if not (form.is_valid() and _granted(form, release, request)):
        return release_shown(request, release, grant_form=form)
    messages.success(
        request, _("%(person)s may download this release.") % {"person": form.cleaned_data["investigator"]}
    )
    return redirect("release", pk=pk)


def _granted(form: GrantForm, release: Release, request: HttpRequest) -> bool:
    try:
        services.release_grant(release=release, by=person(request), **form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True


@require_POST
@guard(Permission.RELEASE_GRANT)
def grant_revoke(request: HttpRequest, pk: UUID, grant_pk: UUID) -> HttpResponse:
    """End a grant now."""
    release = _release(request, pk)
    services.release_revoke(grant=get_object_or_404(release.grants, pk=grant_pk), by=person(request))
    messages.success(request, _("The grant has ended. What was downloaded before stays in the ledger."))
    return redirect("release", pk=pk)


@require_GET
@guard(Permission.RELEASE_GRANT)
def holders_csv(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Hand out who holds a release as a file; the reading is logged."""
    release = _release(request, pk)
    access_record(AccessKind.DOWNLOAD, object_type="release", object_id=release.pk, detail=f"{release.name} holders")
    headers = {
        "Content-Disposition": f'attachment; filename="{release.name}-holders.csv"',
        "Cache-Control": "no-store",
    }
    return HttpResponse(ledger_csv(holders_of(release)), content_type="text/csv; charset=utf-8", headers=headers)


@require_http_methods(["GET", "POST"])
@guard(Permission.RELEASE_FREEZE)
def release_withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask why a release is withdrawn, show whom it concerns, and withdraw it."""
    release = _release(request, pk)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _withdrawn(form, release, request):
        return redirect("release", pk=pk)
    if not release.is_published:
        messages.warning(request, _("Only a published release can be withdrawn."))
        return redirect("release", pk=pk)
    status = UNDONE if form.errors else 200
    return render(request, "exports/withdraw.html", withdraw_facts(release, form), status=status)


def _withdrawn(form: WithdrawForm, release: Release, request: HttpRequest) -> bool:
    try:
        services.release_withdraw(release=release, reason=form.cleaned_data["reason"], by=person(request))
    except NotAllowedNowError:
        messages.warning(request, _("The release has changed meanwhile; this page shows how it stands now."))
    except ValidationError as error:
        form.add_error(None, error)
        return False
    else:
        messages.success(request, _("The release is withdrawn. Everybody who holds it gets an e-mail."))
    return True


def _release(request: HttpRequest, pk: UUID) -> Release:
    release: Release = get_object_or_404(releases_visible(person(request)), pk=pk)
    return release
