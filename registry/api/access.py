"""Who asks, and whether their role lets them through the door of an address; what they reach there, services say."""

from __future__ import annotations

from typing import Any

from rest_framework import exceptions
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import UserRateThrottle

from sites.access import can


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
        wanted = view.permissions.get("GET" if request.method == "HEAD" else request.method)
        return wanted is None or any(can(request.user, permission) for permission in wanted)


class PersonRate(UserRateThrottle):
    """Counts the requests of a person, of strangers by their address, where failed sign-ins are counted too."""

    scope = "person"
