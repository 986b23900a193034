"""Reading what a program sends: JSON in UTF-8. How much of it, Django limits as it limits forms."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import IO, Any, NoReturn

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from sites.api.problems import FieldError, Refused, wrong_fields


class Json(JSONParser):
    """JSON by the letter of RFC 8259."""

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return what was sent; ParseError for what is no JSON, or has no end of brackets."""
        try:
            found = json.loads(stream.read().decode("utf-8"), parse_constant=_no_number)
            halves = list(_half_characters(found))
        except (ValueError, RecursionError) as failed:
            # Not what the reader of JSON says: it may repeat what was sent.
            raise ParseError from failed
        if halves:
            words = _("It holds a character that no text has.")
            raise Refused(wrong_fields([FieldError(path, words, words) for path in halves]))
        return found


def _half_characters(found: Any, path: str = "") -> Iterator[str]:
    """Yield the paths of texts with half a character, written as an escape: it could be neither stored nor answered.

    Of names the path of what they stand in.
    """
    if isinstance(found, str):
        if not _is_whole(found):
            yield path
    elif isinstance(found, Mapping):
        for name, value in found.items():
            yield from _half_characters(value, f"{path}.{name}".lstrip(".")) if _is_whole(name) else (path,)
    elif isinstance(found, list):
        for place, value in enumerate(found):
            yield from _half_characters(value, f"{path}.{place}".lstrip("."))


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)
