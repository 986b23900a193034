"""Letting programs in by their token, below /api/ alone; what a browser sends along with it counts for nothing."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse

from sites.tokens import token_of

PREFIX = "/api/"
SCHEME = "bearer"


class TokenMiddleware:
    """Puts the person of the token into the request; a token that opens nothing leaves nobody there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve the request, as the person of the token if there is one."""
        scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if request.path.startswith(PREFIX) and scheme.lower() == SCHEME:
            request.api_token = token_of(secret.strip())
            request.has_bad_token = request.api_token is None
            request.user = request.api_token.owner if request.api_token else AnonymousUser()
        return self.get_response(request)
