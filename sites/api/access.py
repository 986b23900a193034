"""Who asks, and whether their role lets them through the door of an address; what they reach there, services say."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from allauth.account.adapter import get_adapter
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle, UserRateThrottle

from sites.access import can
from sites.api.problems import Problem, Refused, no_scope
from sites.tokens import reaches, token_in


class TokenSignIn(BaseAuthentication):
    """The token of a program, which `sites.token_sign_in` has looked up."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return the person and the token, None where none was sent; a bad one is refused, and counted by address."""
        asked = request._request
        if getattr(asked, "has_bad_token", False):
            _count_bad_token(request)
            raise Refused(_bad_token(self.authenticate_header(request)))
        token = token_in(asked)
        return None if token is None else (asked.user, token)

    def authenticate_header(self, request: Request) -> str:
        """Make the answer to strangers a 401: they can do something about it."""
        return 'Bearer realm="Quell"'


def _bad_token(asked_for: str) -> Problem:
    words = _("The token opens nothing: it is mistyped, has expired or was revoked. Make another one on the pages.")
    headers = {"WWW-Authenticate": asked_for}
    return Problem("token", HTTPStatus.UNAUTHORIZED, _("Token not valid"), words, headers=headers)


def _count_bad_token(request: Request) -> None:
    rate = BadTokenRate()
    if not rate.allow_request(request, None):
        raise exceptions.Throttled(rate.wait())


class SignIn(SessionAuthentication):
    """The sign-in of the pages, with its security token on everything but reading."""

    def authenticate_header(self, request: Request) -> str:
        """Make the answer to strangers a 401: they can do something about it."""
        return 'Session realm="Quell"'

    def enforce_csrf(self, request: Any) -> None:
        """Refuse a request without the token under a code of its own."""
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied as failed:
            raise exceptions.PermissionDenied(str(failed.detail), code="csrf") from failed


class Holds(BasePermission):
    """Asks for one of the permissions that a view names for the method, before anything that was sent is read."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Let through who holds one of them, anywhere; methods that the view does not know are answered later."""
        if not request.user.is_authenticated:
            return False
        _require_scope(request, view)
        wanted = view.permissions.get("GET" if request.method == "HEAD" else request.method)
        return wanted is None or any(can(request.user, permission) for permission in wanted)


def _require_scope(request: Request, view: Any) -> None:
    scope = view.scope_for(request.method)
    if not reaches(request._request, scope):
        raise Refused(no_scope(scope.value))


class ByAddress:
    """Tells requests apart by the address they come from, as failed sign-ins are; no claim of theirs counts."""

    def get_ident(self, request: Request) -> str:
        """Return the address of the client; that of the connection unless a proxy of one's own is known."""
        return str(get_adapter().get_client_ip(request._request))


class BadTokenRate(ByAddress, AnonRateThrottle):
    """Counts tokens that open nothing by the address they come from."""

    scope = "bad_token"

    def get_cache_key(self, request: Request, view: Any) -> str:
        """Count by address, whoever else is signed in there."""
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


class PersonRate(ByAddress, UserRateThrottle):
    """Counts the requests of a person, of strangers by their address, where failed sign-ins are counted too."""

    scope = "person"
