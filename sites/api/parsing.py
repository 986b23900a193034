"""Reading what a program sends: JSON in UTF-8. How much of it, Django limits as it limits forms."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class Json(JSONParser):
    """JSON by the letter of RFC 8259."""

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return what was sent; ParseError for what is no JSON, or has no end of brackets."""
        try:
            found = json.loads(stream.read().decode("utf-8"), parse_constant=_no_number)
            # Half a character, written as an escape, is no text: nothing of it could be stored or answered.
            json.dumps(found, ensure_ascii=False).encode()
            return found
        except (ValueError, RecursionError) as failed:
            # Not what the reader of JSON says: it may repeat what was sent.
            raise ParseError from failed


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)
