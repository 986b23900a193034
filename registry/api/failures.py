"""From what goes wrong inside to what a program is told: every failure of a view ends here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from registry.services.records import VersionConflict
from sites.api.problems import (
    CONTENT_TYPE,
    FieldError,
    Problem,
    Refused,
    moved_on,
    no_right,
    not_found,
    too_large,
    wrong_fields,
)


def answer(failure: Exception, context: Mapping[str, Any]) -> Response | None:
    """Turn a failure into its problem, and undo what the request wrote; None for what nobody foresaw."""
    problem = problem_of(failure)
    if problem is None:
        return None
    set_rollback()
    response = Response(problem.as_data(), status=problem.status, content_type=CONTENT_TYPE)
    for name, value in problem.headers.items():
        response.headers[name] = value
    return response


def problem_of(failure: Exception) -> Problem | None:
    """Return the problem that a failure is to a program; None for what nobody foresaw."""
    match failure:
        case Refused():
            return failure.problem
        case Http404() | exceptions.NotFound():
            return not_found()
        case PermissionDenied():
            return no_right()
        case ValidationError():
            return _refused(failure)
        case VersionConflict():
            return moved_on(_("Nothing is suggested here any more. Look at the query once more."))
        case RequestDataTooBig():
            return too_large(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        case exceptions.ValidationError():
            return wrong_fields(list(failed_fields(failure.detail)))
        case exceptions.APIException():
            return _of_the_frame(failure)
    return None


def _refused(failure: ValidationError) -> Problem:
    """Say what a service refused: fields that lack something, or a record that has moved on."""
    if hasattr(failure, "error_dict"):
        found = [
            FieldError(name if name != "__all__" else "", " ".join(error.messages), " ".join(error.messages))
            for name, errors in failure.error_dict.items()
            for error in errors
        ]
        return wrong_fields(found)
    return moved_on(" ".join(failure.messages))


def failed_fields(detail: Any, before: str = "") -> Iterable[FieldError]:
    """Yield the errors of a serializer one by one, each with the path to its field."""
    if isinstance(detail, Mapping):
        for name, errors in detail.items():
            here = "" if name == "non_field_errors" else str(name)
            yield from failed_fields(errors, ".".join(filter(None, [before, here])))
    elif isinstance(detail, list):
        for place, error in enumerate(detail):
            is_row = isinstance(error, Mapping)
            yield from failed_fields(error, f"{before}.{place}" if is_row else before)
    else:
        message, _sep, remedy = str(detail).partition("\n")
        yield FieldError(before, message, remedy or message)


def _of_the_frame(failure: exceptions.APIException) -> Problem:
    """Return the problem of what the frame itself refuses, before any work was done."""
    headers = {}
    if wait := getattr(failure, "wait", None):
        headers["Retry-After"] = str(int(wait))
    if header := getattr(failure, "auth_header", None):
        headers["WWW-Authenticate"] = header
    kind, title, words = _words_of(failure)
    return Problem(kind, failure.status_code, title, words, headers=headers)


def _words_of(failure: exceptions.APIException) -> tuple[str, str, str]:
    match failure:
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return "signed-out", _("Not signed in"), _("Sign in first: nobody is signed in, or the sign-in has ended.")
        case exceptions.PermissionDenied(detail=detail) if getattr(detail, "code", "") == "csrf":
            words = _("The security token is missing or old. Send that of the cookie in the header X-CSRFToken.")
            return "security-token", _("Security token missing"), words
        case exceptions.PermissionDenied():
            problem = no_right()
            return problem.kind, problem.title, problem.detail
        case exceptions.MethodNotAllowed():
            words = _("This address does not take this method. The header “Allow” names those that it takes.")
            return "method", _("No such method"), words
        case exceptions.NotAcceptable():
            words = _("The interface answers in JSON. Accept application/json, or leave the header out.")
            return "not-acceptable", _("Answered in JSON only"), words
        case exceptions.UnsupportedMediaType():
            words = _("Send JSON, and say so in the header: Content-Type: application/json.")
            return "media-type", _("JSON wanted"), words
        case exceptions.ParseError():
            words = _("What was sent is not JSON that can be read. Check quotes, commas and brackets, in UTF-8.")
            return "not-json", _("Not JSON"), words
        case exceptions.Throttled():
            words = _("Too many requests in a short time. Wait as long as the header “Retry-After” says.")
            return "too-many", _("Too many requests"), words
    return "bad-request", _("Not understood"), str(failure.detail)
