"""Words of the report in the language of the reader: texts with their values, names of groups, what is not shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from exports.report.numbers import NOTHING, number, shortest

# The report as `study_report` builds it: plain values, as they lie in its file.
Report = Mapping[str, Any]
ALL, HIGH, LOW = "ALL", "HIGH", "LOW"
SHORT: Final[Mapping[str, str]] = {
    HIGH: gettext_noop("High dose"),
    LOW: gettext_noop("Low dose"),
    ALL: gettext_noop("All cases"),
}
# At the end of a curve there is room for one word.
ENDS: Final[Mapping[str, str]] = {HIGH: gettext_noop("High"), LOW: gettext_noop("Low"), ALL: gettext_noop("All")}
ORIGINS: Final[Mapping[str, str]] = {
    "infusion": gettext_noop("Days from CAR-T infusion"),
    "anakinra": gettext_noop("Days from the start of anakinra"),
    "start": gettext_noop("Days from the start of anakinra"),
}


def told(text: Any) -> str:
    """Return a text in the active language: a plain string, or words with values. Nothing gives an empty text."""
    if text is None:
        return ""
    if isinstance(text, Mapping):
        return str(_(text["words"]) % {name: _shown(value) for name, value in text.get("values", {}).items()})
    # The message of an empty string is the head of the catalogue.
    return str(_(text)) if text else ""


def _shown(value: Any) -> Any:
    """Return a value of a text: numbers in the language, a word by its translation, a list one after the other."""
    if isinstance(value, bool) or value is None:
        return NOTHING if value is None else value
    if isinstance(value, float):
        return shortest(value)
    if isinstance(value, list):
        return ", ".join(str(_shown(item)) for item in value)
    return told(value) if isinstance(value, str | Mapping) else value


def group_name(key: str) -> str:
    """Return the short name of a dose group, or of all cases."""
    return _(SHORT[key]) if key in SHORT else key


def end_name(key: str) -> str:
    """Return the shortest name of a group, for the end of its curve."""
    return _(ENDS[key]) if key in ENDS else key


def group_keys(report: Report) -> tuple[str, ...]:
    """Return the groups of a report in the order in which they are shown, all cases last."""
    return tuple(group["key"] for group in report.get("groups") or ())


def clock(origin: Any) -> str:
    """Return the words of the axis of an endpoint: what its days are counted from."""
    return _(ORIGINS[origin]) if origin in ORIGINS else told(origin)


def hidden(report: Report) -> str:
    """Return what stands for a number that is not there: hidden in a report with suppression, else a dash."""
    return _("hidden") if report.get("suppressed") else NOTHING


def count(report: Report, value: int | None) -> str:
    """Return a count, or that it is hidden."""
    return hidden(report) if value is None else number(value)
