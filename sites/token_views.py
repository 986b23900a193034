"""Pages of the tokens of programs: one's own, those of others for administrators, making and revoking them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Case, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from sites import tokens as service
from sites.models import ApiToken, Site
from sites.signin import recently_authenticated
from sites.token_forms import TokenForm
from sites.token_sign_in import PREFIX

ON_A_PAGE = 50


@login_required
@require_GET
def tokens(request: HttpRequest) -> HttpResponse:
    """List a person's own tokens, those that work first; for administrators also the living ones of others."""
    visible = service.tokens_visible(request.user)
    own = visible.filter(owner=request.user).order_by(_dead_last(), "-created_at")
    others = visible.exclude(owner=request.user).order_by("owner__full_name", "owner__email", "-created_at")
    shown = {"page": _page(request, own, "page"), "others": _page(request, others, "others")}
    return render(request, "tokens/list.html", shown)


def _dead_last() -> Case:
    living = Q(revoked_at=None, expires_at__gt=timezone.now())
    return Case(When(living, then=Value(0)), default=Value(1))


def _page(request: HttpRequest, rows: QuerySet[ApiToken], number: str) -> Any:
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get(number))
    page.object_list = list(page.object_list)
    codes = dict(Site.objects.values_list("pk", "code"))
    for token in page.object_list:
        token.site_codes = sorted(codes.get(site_id, "?") for site_id in token.sites)
        token.time_left = _time_left(token)
    return page


def _time_left(token: ApiToken) -> str:
    """Return in words how long a token still works."""
    days = (token.expires_at - timezone.now()).days
    if days < 1:
        return _("within a day")
    return ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days}


@login_required
@require_http_methods(["GET", "POST"])
@recently_authenticated
def token_new(request: HttpRequest) -> HttpResponse:
    """Make a token and show its secret in the answer to the form alone: no address leads back to it.

    The same form sent again, by reloading that answer, makes no second token and leads to the list.
    """
    form = TokenForm(request.POST or None, person=request.user)
    if request.method == "POST" and form.is_valid():
        if made := _made(request, form):
            token, secret = made
            shown = {"token": token, "secret": secret, "address": request.build_absolute_uri(PREFIX)}
            return render(request, "tokens/made.html", shown)
        if _is_sent_again(request, form):
            return redirect("tokens")
    return render(request, "tokens/new.html", {"form": form})


def _is_sent_again(request: HttpRequest, form: TokenForm) -> bool:
    return ApiToken.objects.filter(owner=request.user, pk=form.cleaned_data["key"]).exists()


def _made(request: HttpRequest, form: TokenForm) -> tuple[ApiToken, str] | None:
    try:
        return service.token_create(by=request.user, **form.cleaned_data)
    except ValidationError as refused:
        for name, errors in refused.error_dict.items():
            form.add_error(name if name in form.fields else None, errors)
    return None


@login_required
@require_http_methods(["GET", "POST"])
def token_revoke(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask once more, then make a token worthless; one that opens nothing any more is left as it is."""
    token = get_object_or_404(service.tokens_visible(request.user), pk=pk)
    if not token.is_living:
        messages.info(request, _("Nothing was done: that token opens nothing any more."))
    elif request.method == "GET":
        return render(request, "tokens/revoke.html", {"token": token})
    else:
        service.token_revoke(token=token, by=request.user)
        messages.success(request, _("The token is revoked. Programs that used it are refused from now on."))
    return redirect("tokens")
