"""What every request gets: its number, the language of the person, and the audit context of the database."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils import translation

from sites.context import acting_as, request_numbered
from sites.site_choice import grants_for_request
from sites.token_sign_in import PREFIX
from sites.tokens import token_in, token_used

GetResponse = Callable[[HttpRequest], HttpResponse]


class ContextMiddleware:
    """Serve the request of a signed-in person inside one transaction that knows who they are.

    The view has a transaction of its own inside (ATOMIC_REQUESTS): Django turns an exception into a page before it
    gets here, so only the inner one can roll back the work of a view that failed.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Number the request and serve it, as its person if there is one."""
        request.number = uuid.uuid4().hex
        with request_numbered(request.number):
            response = self._serve(request)
        response.headers["X-Request-ID"] = request.number
        return response

    def _serve(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        request.user.request_grants = grants_for_request(request)
        token = token_in(request)
        if token:
            # Written before the transaction of the request begins: a long one would hold the row of its token, and
            # other requests and whoever revokes it would have to wait.
            token_used(token)
        with acting_as(request.user, source="api" if request.path.startswith(PREFIX) else "web"):
            response = self.get_response(request)
            _refuse_streams(response)
        return response


def _refuse_streams(response: HttpResponse) -> None:
    """Streams are read after the transaction has ended, when no context holds; files are on disk and safe."""
    if getattr(response, "streaming", False) and not isinstance(response, FileResponse):
        raise RuntimeError("A page may not be streamed: build it whole, or write a file and serve that.")


class PersonLanguageMiddleware:
    """Show pages in the language a person chose; before sign-in, in that of the cookie or the browser."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Activate the person's language for the request."""
        language = getattr(request.user, "language", None)
        if language in dict(settings.LANGUAGES):
            translation.activate(language)
            request.LANGUAGE_CODE = translation.get_language()
        return self.get_response(request)
