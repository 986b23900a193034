"""Values in an address: each is read in one form alone, and what is none of them is refused with the form to send."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from sites.api.problems import FieldError, Refused, wrong_address

LARGEST: Final = 10**12
STUDY_ID: Final = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,19}$"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,13}(\.\d{1,30})?([eE][+-]?\d{1,3})?", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)
FLAGS: Final = {"true": True, "false": False}


def refused(name: str, remedy: str) -> Refused:
    """Return the refusal of a value of a parameter."""
    return Refused(wrong_address([FieldError(name, _("This is none of the values known here."), remedy)]))


def key_of(name: str, text: str) -> UUID:
    """Read a key; Refused for anything else."""
    if not _UUID.fullmatch(text):
        raise refused(name, _("Send a key as rows have it under “id”: 32 hexadecimal digits with four hyphens."))
    return UUID(text)


def keys_of(name: str, text: str, most: int) -> tuple[UUID, ...]:
    """Read keys apart by commas; Refused for anything else, and for more than `most`."""
    parts = text.split(",")
    if len(parts) > most:
        raise refused(name, _("Send at most %(most)s keys at once.") % {"most": most})
    return tuple(key_of(name, part) for part in parts)


def names_of(name: str, text: str, known: Collection[str]) -> tuple[str, ...]:
    """Read names of a list apart by commas; Refused for one that is not in it, and for more names than it has."""
    asked = tuple(text.split(","))
    if len(asked) > len(known):
        raise refused(name, _("Send each name once."))
    if unknown := [one for one in asked if one not in known]:
        told = {"unknown": ", ".join(unknown)[:80], "values": ", ".join(known)}
        raise refused(name, _("Not known: %(unknown)s. Send some of these, apart by commas: %(values)s.") % told)
    return asked


def code_of(name: str, text: str, codes: Collection[str]) -> str:
    """Read one code of a list; Refused for anything else."""
    if text not in codes:
        raise refused(name, _("Use one of: %(values)s.") % {"values": ", ".join(codes)})
    return text


def study_id_of(name: str, text: str) -> str:
    """Read a study id; Refused for what cannot be one."""
    if not re.fullmatch(STUDY_ID, text):
        raise refused(name, _("Send a study id: up to 20 letters, digits, hyphens or underscores."))
    return text


def date_of(name: str, text: str) -> dt.date:
    """Read a day; Refused for anything else."""
    try:
        return dt.date.fromisoformat(text if _DATE.fullmatch(text) else "")
    except ValueError:
        raise refused(name, _("Send a day as 2021-03-05.")) from None


def number_of(name: str, text: str) -> Decimal:
    """Read a number; Refused for anything else."""
    number = Decimal(text) if _NUMBER.fullmatch(text) else None
    if number is None or abs(number) > LARGEST:
        raise refused(name, _("Send a number with a decimal point, without separators: 1250.5."))
    return number


def instant_of(name: str, text: str) -> dt.datetime:
    """Read a moment with its time zone as that of Greenwich; Refused for anything else.

    A leap second counts as the one before it. PostgreSQL reads fewer time zones than there may be.
    """
    try:
        return dt.datetime.fromisoformat(_plain_instant(text)).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        words = _("Send a moment with its time zone: 2026-03-05T14:30:00Z; a plus sign is percent-encoded.")
        raise refused(name, words) from None


def _plain_instant(text: str) -> str:
    if not _INSTANT.fullmatch(text):
        return ""
    return re.sub(r"(?<=:\d\d):60", ":59", text.upper())
