"""Below /api/ every failure is a problem, also one that never reached a view of the interface."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse

from sites.api.problems import CONTENT_TYPE, of_status, second_factor

PREFIX = "/api/"
# What the page of a failure says in its headers holds for the problem too.
KEPT = ("X-Request-ID", "Allow", "Retry-After")


class ProblemMiddleware:
    """Replaces pages for people (unknown address, broken server, second factor) by what a program can read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve the request."""
        response = self.get_response(request)
        if not request.path.startswith(PREFIX) or _is_for_programs(response):
            return response
        return _replaced(response)


def _is_for_programs(response: HttpResponse) -> bool:
    is_problem = response.headers.get("Content-Type", "").startswith(CONTENT_TYPE)
    is_answer = response.status_code < HTTPStatus.MULTIPLE_CHOICES or response.status_code == HTTPStatus.NOT_MODIFIED
    return is_problem or is_answer


def _replaced(response: HttpResponse) -> HttpResponse:
    is_sent_elsewhere = response.status_code < HTTPStatus.BAD_REQUEST
    number = response.headers.get("X-Request-ID", "")
    problem = second_factor() if is_sent_elsewhere else of_status(response.status_code, number)
    told = JsonResponse(problem.as_data(), status=problem.status, content_type=CONTENT_TYPE)
    for name in KEPT:
        if name in response.headers:
            told.headers[name] = response.headers[name]
    return told
