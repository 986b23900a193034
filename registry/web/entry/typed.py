"""What a coordinator typed into one box, read as a value of its field, and a value written so that it reads the same.

Nothing is guessed: a text that could be two different values is refused in a sentence that says how to type each.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from registry.metadata import DateVariable, DecimalVariable, IntegerVariable, Privacy, TimeVariable
from registry.metadata.fields import VariableField
from registry.rules.dates import Precision
from registry.rules.missing import MissingReason
from registry.web.entry.typed_choices import Option, is_choice, read_choice, reason_chosen, written_choice
from registry.web.entry.typed_dates import Setting, read_date, written_date
from registry.web.entry.typed_numbers import read_number, written_number
from registry.web.entry.typed_units import in_unit_of

__all__ = ["Setting", "Typed", "read", "reason_typed", "written"]

_TIME = re.compile(r"([01]?[0-9]|2[0-3])\s?[:.hH]\s?([0-5][0-9])(?::00)?(?:\s?h)?")
_TIME_DIGITS = re.compile(r"([01][0-9]|2[0-3])([0-5][0-9])")
_REASON_AS_WORDS = re.compile(rf'"*(?:{"|".join(MissingReason)})"*', re.IGNORECASE)

_UPPER = "A-ZÀ-ÖØ-Þ"
_NAMED = r"[^\W\d_]{3,10}\.?"
# What identifies a patient in words. Rather one warning too many: it stops nobody.
_PHONE, _PHONE_DIGITS = re.compile(r"\d{2,}(?:[\s.()-]{1,3}\d{2,})*"), 7
_IDENTIFYING = (
    re.compile(r"(?<!\d)(?:\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})|\d{4}[/.-]\d{1,2}[/.-]\d{1,2})(?!\d)"),
    re.compile(rf"(?<!\d)\d{{1,2}}\.?[\s-](?:de\s)?{_NAMED}[\s-](?:del?\s)?(?:19|20)\d\d(?!\d)"),
    re.compile(rf"\b{_NAMED}\s\d{{1,2}}(?:st|nd|rd|th)?,?\s(?:19|20)\d\d(?!\d)"),
    re.compile(r"[^\s@]+@[^\s@]+\.\w+"),
    re.compile(rf"\b(?:(?:Mr|Mrs|Ms|Dr|Dra|Sr|Sra|Srta|Don|Doña|Dña)\b\.?|D\.)\s*[{_UPPER}]\w"),
    re.compile(rf"\b(?i:patient|paciente)[\s:,]+[{_UPPER}][\w'’-]+\s+[{_UPPER}][\w'’-]+"),
)


@dataclass(frozen=True)
class Typed:
    """What a text is read as: a value (with the precision of a partial date) or a missing reason, or an `error`.

    An error and a warning are sentences; the echo says what the registry understood. An empty text is all empty.
    """

    value: Any = None
    precision: str | None = None
    reason: str = ""
    error: str = ""
    warning: str = ""
    echo: str = ""


def read(field: VariableField, text: str, setting: Setting, *, options: Sequence[Option] | None = None) -> Typed:
    """Return what a text means in the box of a field; `options` spares the query for the list of a reference."""
    text = text.strip()
    if not text:
        return Typed()
    try:
        if reason := _reason(field, text, options):
            return _missing(field, reason)
        return _value(field, text, setting, options)
    except ValidationError as refusal:
        return Typed(error=str(refusal.message))


def written(
    field: VariableField, value: Any, setting: Setting, *, precision: str | None = None, reason: str = ""
) -> str:
    """Return a text that `read` turns back into exactly this value or reason; "" where there is neither."""
    if value is None or value == "":
        return f"?{reason}" if reason and is_choice(field) else reason
    if is_choice(field):
        return written_choice(value)
    if isinstance(field, DateVariable):
        return written_date(value, Precision(precision or Precision.DAY), setting)
    match value:
        case dt.time():
            return f"{value:%H:%M}"
        case str():
            return f'"{value}"' if _REASON_AS_WORDS.fullmatch(value) else value
    return written_number(value)


def reason_typed(text: str) -> str:
    """Return the code of a missing reason typed in whatever capitals, "" for any other text."""
    return text.upper() if text.upper() in MissingReason.codes() else ""


def _reason(field: VariableField, text: str, options: Sequence[Option] | None) -> str:
    return reason_chosen(field, text, options) if is_choice(field) else reason_typed(text)


def _missing(field: VariableField, reason: str) -> Typed:
    if field.null:
        return Typed(reason=reason)
    return Typed(error=_("“%(text)s” cannot stand here: a value is needed. Type it.") % {"text": reason})


def _value(field: VariableField, text: str, setting: Setting, options: Sequence[Option] | None) -> Typed:
    if is_choice(field):
        return Typed(read_choice(field, text, options))
    if isinstance(field, DateVariable):
        value, precision, echo = read_date(field, text, setting)
        return Typed(value, precision.value if field.partial else None, echo=echo)
    if isinstance(field, IntegerVariable | DecimalVariable):
        plain, echo = in_unit_of(field, text) or (text, "")
        number, warning = read_number(field, plain)
        return Typed(number, warning=warning, echo=echo)
    if isinstance(field, TimeVariable):
        return Typed(_time(field, text))
    return _words(field, text)


def _time(field: VariableField, text: str) -> dt.time:
    found = _TIME.fullmatch(text) or _TIME_DIGITS.fullmatch(text)
    if found:
        return dt.time(int(found[1]), int(found[2]))
    if field.null:
        raise ValidationError(_("Type the time on the 24-hour clock, for example 14:30, or ND, UNK or NA."))
    raise ValidationError(_("Type the time on the 24-hour clock, for example 14:30."))


def _words(field: VariableField, text: str) -> Typed:
    # A browser sends the line breaks of a text area as two characters.
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if any(unicodedata.category(character) in {"Cc", "Cs"} and character not in "\n\t" for character in text):
        raise ValidationError(_("The text holds characters that cannot be stored. Type it anew."))
    if _REASON_AS_WORDS.fullmatch(text) and text.startswith('"') and text.endswith('"'):
        text = text[1:-1]
    if field.max_length and len(text) > field.max_length:
        lengths = {"length": field.max_length, "found": len(text)}
        raise ValidationError(_("Type at most %(length)s characters; there are %(found)s.") % lengths)
    return Typed(text, warning=_identifying(field, text))


def _identifying(field: VariableField, text: str) -> str:
    if field.variable is None or field.variable.privacy is not Privacy.FREE_TEXT:
        return ""
    return identifying_words() if is_identifying(text) else ""


def is_identifying(text: str) -> bool:
    """Tell whether words seem to hold a name, a telephone or record number, or a full date."""
    has_number = any(sum(map(str.isdigit, found[0])) >= _PHONE_DIGITS for found in _PHONE.finditer(text))
    return has_number or any(pattern.search(text) for pattern in _IDENTIFYING)


def identifying_words() -> str:
    """Return what is said of such words."""
    return _("This looks like a name, a number or a date. Leave out whatever identifies the patient.")
