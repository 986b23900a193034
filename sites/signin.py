"""How django-allauth behaves here: accounts are opened by an administrator, and sensitive acts ask again who it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from sites.tokens import token_in

View = Callable[..., HttpResponse]


class ClosedAccountAdapter(DefaultAccountAdapter):
    """Signing up is closed: hospitals name their people."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Answer no to everybody."""
        return False

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask nobody again who has just signed in: the first thing a new person does is set up a second factor."""
        return not has_just_proved(self.request) and super().is_reauthentication_required(app=app, **kwargs)


def has_just_proved(request: HttpRequest) -> bool:
    """Tell whether the person has signed in, or confirmed who they are, within the last five minutes; or is a token."""
    if not request.user.is_authenticated:
        return False
    if token_in(request):
        # Made by somebody who had just proved it; it expires, and can be revoked.
        return True
    proofs = get_authentication_records(request, request.user)
    return any(time.time() - proof["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT for proof in proofs)


def recently_authenticated(view: View) -> View:
    """Make a view ask who it is unless the person has proved it within five minutes, and go on with what was sent.

    Stands below `guard`, which sends strangers to sign in. A request by htmx loads the question as a whole page and
    comes back to the page it was sent from.
    """

    @wraps(view)
    def confirmed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if has_just_proved(request):
            return view(request, *args, **kwargs)
        if getattr(request, "htmx", False):
            return HttpResponse(headers={"HX-Redirect": f"{reverse('account_reauthenticate')}?{_way_back(request)}"})
        raise ReauthenticationRequired

    return confirmed


def _way_back(request: HttpRequest) -> str:
    page = urlsplit(request.headers.get("HX-Current-URL", ""))
    return urlencode({"next": f"{page.path or '/'}{'?' if page.query else ''}{page.query}"})
