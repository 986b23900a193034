"""How often REDCap clients may ask: tokens by their number, whoever sends what is no token by their address."""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import Final

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext as _

from exports.models import ReleaseToken
from exports.web.redcap.refused import RequestRefused

SECONDS: Final = 60
# A client that reads in batches asks twice a second.
OF_A_TOKEN: Final = 300
OF_A_STRANGER: Final = 30


def count_token(token: ReleaseToken) -> None:
    """Count a request with a token; RequestRefused when there are too many in a minute."""
    _count(f"token:{token.pk}", OF_A_TOKEN)


def count_stranger(request: HttpRequest) -> None:
    """Count a request without a valid token; RequestRefused when there are too many in a minute from one address."""
    try:
        address = get_adapter().get_client_ip(request)
    except PermissionDenied:
        address = "unknown"
    _count(f"stranger:{address}", OF_A_STRANGER)


def _count(who: str, most: int) -> None:
    minute, past = divmod(int(time.time()), SECONDS)
    key = f"redcap:{minute}:{who}"
    # Kept in the cache, which lies outside the transaction of the request.
    if cache.add(key, 1, 2 * SECONDS):
        return
    if _counted(key) > most:
        wait = SECONDS - past
        words = _("Too many requests in a minute. Wait %(seconds)s seconds; ask for more records in each request.")
        raise RequestRefused(HTTPStatus.TOO_MANY_REQUESTS, words % {"seconds": wait}, wait)


def _counted(key: str) -> int:
    try:
        return cache.incr(key)
    except ValueError:
        # A full cache has dropped the count meanwhile: it begins anew.
        return 1
