"""Answers of a list: options that one keystroke selects, and what may be pasted in their place."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from registry.metadata import CodedVariable, FlagVariable, ReferenceVariable
from registry.metadata.fields import VariableField
from registry.rules.missing import MissingReason

Option = tuple[str, str]

# A list that starts with one of these starts with "nothing found": 0 says that better than 1.
NOTHING_FOUND = frozenset({"NONE", "ROOM_AIR", "ALERT", "NEGATIVE"})
LISTED = 30
# A long list of codes that everybody knows, as those of countries, is chosen by them instead of by numbers.
LONG, COUNTRY = 20, 2


def is_choice(field: VariableField) -> bool:
    """Tell whether a field is answered from a list."""
    return isinstance(field, FlagVariable | ReferenceVariable) or (
        isinstance(field, CodedVariable) and bool(field.coding)
    )


def choices_of(field: VariableField, options: Sequence[Option] | None = None) -> list[Option]:
    """Return (value, text) of every option of a select: empty first, the missing reasons last where they may stand.

    `options` spares the query for a reference: it is `reference_options` of the field, kept by the caller.
    """
    reasons = [(f"?{reason}", f"{reason} {_(reason.label)}") for reason in MissingReason] if field.null else []
    return [("", ""), *_numbered(field, options), *reasons]


def reference_options(field: ReferenceVariable) -> list[Option]:
    """Return (key, text) of every row of a reference list; one query."""
    return [(str(row.pk), str(row)) for row in field.related_model._default_manager.order_by("pk")]


def read_choice(field: VariableField, text: str, options: Sequence[Option] | None = None) -> str | bool:
    """Return the code (of a flag: True or False) that a text means; ValidationError names what is on the list."""
    if isinstance(field, CodedVariable) and field.coding and text in field.coding.codes():
        return text
    found = _meanings(field, options).get(_plain(text), set())
    if len(found) != 1:
        raise ValidationError(_not_listed(field, options))
    (value,) = found
    return value == "yes" if isinstance(field, FlagVariable) else value


def reason_chosen(field: VariableField, text: str, options: Sequence[Option] | None = None) -> str:
    """Return the missing reason that a text means, "" where it is something else; a code of the list goes first."""
    code = text.removeprefix("?").upper()
    if code not in MissingReason.codes():
        return ""
    return code if text.startswith("?") or _plain(text) not in _meanings(field, options) else ""


def written_choice(value: Any) -> str:
    """Return the value of the option that stands for an answer; a reference may be the row or its key."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(getattr(value, "pk", value))


def _plain(text: str) -> str:
    """Bring a text to one spelling: capitals, accents, spaces around it and the two micro signs do not matter."""
    letters = unicodedata.normalize("NFD", text.casefold()).replace("µ", "u").replace("μ", "u")
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())


def _numbered(field: VariableField, options: Sequence[Option] | None) -> list[Option]:
    if isinstance(field, ReferenceVariable):
        return list(options) if options is not None else reference_options(field)
    listed = _listed(field)
    if len(listed) > LONG and all(len(value) == COUNTRY for value, _label in listed):
        return [(value, f"{value} {label}") for value, label in listed]
    first = 0 if isinstance(field, FlagVariable) or listed[0][0] in NOTHING_FOUND else 1
    return [(value, f"{number} {label}") for number, (value, label) in enumerate(listed, first)]


def _listed(field: VariableField) -> list[Option]:
    if isinstance(field, FlagVariable):
        return [("no", _("no")), ("yes", _("yes"))]
    coding = getattr(field, "coding", None)
    return [(code, _(label)) for code, label in coding.choices()] if coding else []


def _meanings(field: VariableField, options: Sequence[Option] | None) -> dict[str, set[str]]:
    """Return plain text -> the values that it can mean: codes before numbers and shown texts, these before labels."""
    numbered = _numbered(field, options)
    codes = {_plain(value): {value} for value, _shown in numbered}
    by_text: dict[str, set[str]] = {}
    for value, shown in numbered:
        number, _space, label = shown.partition(" ")
        for text in (number, shown, label):
            by_text.setdefault(_plain(text), set()).add(value)
    by_text.pop("", None)
    return {**by_text, **codes}


def _not_listed(field: VariableField, options: Sequence[Option] | None) -> str:
    allowed = [shown if isinstance(field, FlagVariable) else value for value, shown in _numbered(field, options)]
    shown = ", ".join(allowed[:LISTED]) + (", …" if len(allowed) > LISTED else "")
    if field.null:
        return _("This is not on the list. Choose one of: %(allowed)s; or ND, UNK or NA.") % {"allowed": shown}
    return _("This is not on the list. Choose one of: %(allowed)s.") % {"allowed": shown}
