"""What a REDCap client is refused, told in the format that it asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from xml.sax.saxutils import escape

from django.http import HttpResponse
from django.utils.translation import gettext as _

JSON, CSV, XML = "json", "csv", "xml"
TYPES: Mapping[str, str] = {JSON: "application/json", CSV: "text/csv; charset=utf-8", XML: "text/xml; charset=utf-8"}


class RequestRefused(Exception):  # noqa: N818 - the name says what happened
    """Raised to answer with an error: its status, and words that say what to do instead."""

    def __init__(self, status: HTTPStatus, words: str, retry_after: int = 0) -> None:
        self.status, self.words, self.retry_after = status, words, retry_after
        super().__init__(words)


def wrong(words: str) -> RequestRefused:
    """Return the refusal of something that was sent wrongly."""
    return RequestRefused(HTTPStatus.BAD_REQUEST, words)


def read_only(what: str) -> RequestRefused:
    """Return the refusal of everything that would write, or read what a release does not hold."""
    words = _("%(what)s: a release is read-only. Its records, dictionary, forms, groups and facts can be read.")
    return RequestRefused(HTTPStatus.FORBIDDEN, words % {"what": what})


def told(refused: RequestRefused, return_format: str) -> HttpResponse:
    """Return the answer of a refusal; XML is what REDCap takes where no other format was asked for."""
    form = return_format if return_format in TYPES else XML
    body = {JSON: _as_json, CSV: _as_csv, XML: _as_xml}[form](refused.words)
    response = HttpResponse(body, status=refused.status, content_type=TYPES[form])
    response.headers["Cache-Control"] = "no-store"
    if refused.retry_after:
        response.headers["Retry-After"] = str(refused.retry_after)
    return response


def _as_json(words: str) -> str:
    return json.dumps({"error": words}, ensure_ascii=False)


def _as_csv(words: str) -> str:
    # Without a line end: clients compare the whole text.
    return f"ERROR: {words}"


def _as_xml(words: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8" ?>\n<hash><error>{escape(words)}</error></hash>\n'
