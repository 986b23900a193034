"""The page of the tokens of a release: which there are, making one, revoking one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from exports.models import Release
from exports.selectors import releases_visible, terms_accepted
from exports.selectors.redcap_tokens import redcap_levels, tokens_visible
from exports.services.downloads import TermsNotAcceptedError
from exports.services.redcap_tokens import token_create, token_revoke
from exports.terms import VERSION
from exports.web.person import person
from exports.web.redcap.forms import TokenForm
from sites.access import can, guard
from sites.roles import Permission
from sites.signin import recently_authenticated

UNDONE = 422


@require_GET
@guard(Permission.RELEASE_DOWNLOAD)
@never_cache
def redcap_tokens(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the tokens of a release: one's own, to data managers all."""
    return _shown(request, _release(request, pk))


@require_POST
@guard(Permission.RELEASE_DOWNLOAD)
def redcap_token_create(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make a token and show it, this once; asks again who it is after five minutes."""
    release = _release(request, pk)
    if not _may_make(release, request):
        return _shown(request, release)
    form = TokenForm(request.POST, release=release, user=person(request))
    if not form.is_valid():
        return _shown(request, release, UNDONE, form=form)
    return _made(request, release, form)


@recently_authenticated
def _made(request: HttpRequest, release: Release, form: TokenForm) -> HttpResponse:
    try:
        token, written = token_create(release=release, by=person(request), **form.cleaned_data)
    except TermsNotAcceptedError:
        return _shown(request, release)
    except ValidationError as error:
        form.add_error(None, error)
        return _shown(request, release, UNDONE, form=form)
    return _shown(request, release, made=token, written=written)


@require_POST
@guard(Permission.RELEASE_DOWNLOAD)
def redcap_token_revoke(request: HttpRequest, pk: UUID, token_pk: UUID) -> HttpResponse:
    """End a token now."""
    release = _release(request, pk)
    token = get_object_or_404(tokens_visible(release, person(request)), pk=token_pk)
    token_revoke(token=token, by=person(request))
    messages.success(request, _("The token that ends in %(hint)s opens nothing any more.") % {"hint": token.hint})
    return redirect("redcap_tokens", pk=pk)


def _release(request: HttpRequest, pk: UUID) -> Release:
    release: Release = get_object_or_404(releases_visible(person(request)), pk=pk)
    return release


def _may_make(release: Release, request: HttpRequest) -> bool:
    has_terms = terms_accepted(release, person(request), VERSION) is not None
    return release.is_published and has_terms and bool(redcap_levels(release, person(request)))


def _shown(request: HttpRequest, release: Release, status: int = 200, **more: Any) -> HttpResponse:
    user = person(request)
    facts = {
        "release": release,
        "tokens": tokens_visible(release, user),
        "levels": redcap_levels(release, user) if release.is_published else [],
        "has_terms": terms_accepted(release, user, VERSION) is not None,
        "sees_all": can(user, Permission.RELEASE_FREEZE),
        "address": request.build_absolute_uri(reverse("redcap_api")),
    }
    if _may_make(release, request):
        more.setdefault("form", TokenForm(release=release, user=user))
    return render(request, "exports/redcap/page.html", {**facts, **more}, status=status)
