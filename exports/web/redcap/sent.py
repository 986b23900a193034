"""What a REDCap client has sent: names and values out of a form, arrays in either of the two ways of clients."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from email.message import Message
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.utils.translation import gettext as _

from exports.web.redcap.refused import RequestRefused, wrong

# Whoever asks for some thousand records names each of them; Django's own limit is meant for pages.
MOST_FIELDS: Final = 20_000
ARRAYS: Final = frozenset({"records", "fields", "forms", "events", "arms", "dags"})
_ARRAY: Final = re.compile(r"(\w+)\[\w*\]\Z")
MULTIPART: Final = "multipart/form-data"


@dataclass(frozen=True)
class Sent:
    """The parameters of a request; blank ones are left out, as clients send them for what was not chosen."""

    values: Mapping[str, str] = field(default_factory=dict)
    arrays: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def value(self, name: str) -> str:
        """Return the value of a parameter, empty where it was not sent."""
        return self.values.get(name, "")

    def array(self, name: str) -> tuple[str, ...]:
        """Return the values of an array, empty where it was not sent."""
        return self.arrays.get(name, ())

    @property
    def names(self) -> set[str]:
        """Return the names of everything that was sent."""
        return {*self.values, *self.arrays}

    @property
    def return_format(self) -> str:
        """Return the format of errors: the one asked for, else that of the data."""
        return (self.value("returnFormat") or self.value("format")).lower()


def sent_of(request: HttpRequest) -> Sent:
    """Read the body of a request, which is none of Django's forms; RequestRefused where it cannot be read."""
    try:
        pairs = _pairs(request.content_type or "", request.headers.get("Content-Type", ""), request.body)
    except RequestDataTooBig as error:
        words = _("Too much was sent at once. Ask for fewer records or fields in one request.")
        raise RequestRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, words) from error
    except ValueError as error:
        words = _("The request cannot be read. Send a form, in UTF-8, with at most %(most)s fields.")
        raise wrong(words % {"most": MOST_FIELDS}) from error
    return gathered(pairs)


def _pairs(kind: str, header: str, body: bytes) -> list[tuple[str, str]]:
    if kind == MULTIPART:
        return list(_parts(header, body))
    text = body.decode("utf-8")
    return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)


def _parts(header: str, body: bytes) -> Iterator[tuple[str, str]]:
    """Yield the fields of a multipart form; ValueError where there are too many or they are no text."""
    if body.lower().count(b"\ncontent-disposition:") > MOST_FIELDS:
        raise ValueError("fields")
    whole = b"Content-Type: " + header.encode("latin-1") + b"\r\n\r\n" + body
    for part in email.message_from_bytes(whole, policy=email.policy.HTTP).iter_parts():
        name = part.get_param("name", header="content-disposition")
        if isinstance(name, str):
            yield name, _text(part)


def _text(part: Message[Any, Any]) -> str:
    content = part.get_payload(decode=True)
    return content.decode("utf-8") if isinstance(content, bytes) else ""


def gathered(pairs: Iterable[tuple[str, str]]) -> Sent:
    """Return parameters by name: `records[0]=A` and `records=A,B` are both the array of records."""
    values, arrays = dict[str, str](), dict[str, tuple[str, ...]]()
    for written, value in pairs:
        found = _ARRAY.match(written)
        name = found[1] if found else written
        items = (value.strip(),) if found else tuple(item.strip() for item in value.split(","))
        if name in ARRAYS:
            arrays[name] = (*arrays.get(name, ()), *filter(None, items))
        elif value.strip(" "):
            values[written] = value
    return Sent(values, {name: found for name, found in arrays.items() if found})
