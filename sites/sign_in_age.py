"""How long a sign-in lasts: 30 minutes without use, 12 hours in all."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from sites.tokens import token_in

BEGAN, USED = "signed_in_at", "used_at"
# Written at most once a minute, so that reading pages writes little.
PRECISION_SECONDS = 60


def seconds_left(request: HttpRequest) -> int:
    """Return the seconds until this sign-in ends if the person does nothing more; 0 for strangers."""
    if not request.user.is_authenticated:
        return 0
    session, now = request.session, time.time()
    idle = session.get(USED, now) + settings.QUELL_SIGN_IN_IDLE_SECONDS
    whole = session.get(BEGAN, now) + settings.QUELL_SIGN_IN_WHOLE_SECONDS
    return max(0, int(min(idle, whole) - now))


def mark_used(request: HttpRequest) -> None:
    """Count the idle time from now."""
    request.session[USED] = int(time.time())


class SignInAgeMiddleware:
    """Ends sign-ins that are too old, and notes when they were used.

    What a page asks by itself (htmx GET: progress, this clock) is no use, or an open page would never expire.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """End or prolong the sign-in before anything is done in its name."""
        if request.user.is_authenticated and not token_in(request):
            request.session.setdefault(BEGAN, int(time.time()))
            request.session.setdefault(USED, int(time.time()))
            _end(request) if seconds_left(request) == 0 else _prolong(request)
        return self.get_response(request)


def _end(request: HttpRequest) -> None:
    logout(request)
    messages.info(request, _("You were signed out, because nothing was done for a while or the day is over."))


def _prolong(request: HttpRequest) -> None:
    by_itself = request.method == "GET" and "HX-Request" in request.headers
    if not by_itself and time.time() - request.session[USED] >= PRECISION_SECONDS:
        mark_used(request)
