"""Reading a form with files as plain values: every field once, files as a list, whoever parsed it before."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.request import Request

from sites.api.problems import FieldError, Problem, Refused, wrong_fields

FILES = "files"


class FormRequest(Request):
    """A request whose body is a form with files.

    As plain values all files count where the same request is looked for again; a form alone tells the last of them.
    """

    @cached_property
    def data(self) -> dict[str, Any]:
        """Return field -> value; Refused for what is no form, and for a field that is there twice."""
        try:
            sent = super().data
        except exceptions.UnsupportedMediaType as failed:
            raise Refused(_no_form(failed.status_code)) from failed
        except exceptions.ParseError as failed:
            raise Refused(_broken_form()) from failed
        return _plain(sent) if isinstance(sent, MultiValueDict) else dict(sent)


def _plain(sent: MultiValueDict[str, Any]) -> dict[str, Any]:
    twice = [name for name, values in sent.lists() if name != FILES and len(values) > 1]
    if twice:
        errors = [FieldError(name, _("It is given twice."), _("Give it once.")) for name in twice]
        raise Refused(wrong_fields(errors))
    return {name: list(values) if name == FILES else values[-1] for name, values in sent.lists()}


def _no_form(status: int) -> Problem:
    words = _("Send the files as a form, and say so in the header: Content-Type: multipart/form-data.")
    return Problem("media-type", status, _("Form wanted"), words)


def _broken_form() -> Problem:
    words = _("What was sent is no form that can be read. Compare its parts with the boundary in the header.")
    return Problem("not-form", exceptions.ParseError.status_code, _("No form"), words)
