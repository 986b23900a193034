"""An event as people read it: who, when, why, and each value before and after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Field, Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.metadata import Privacy
from registry.metadata.fields import VariableField
from registry.selectors.cases import NOT_ON_CASE_PAGES
from registry.selectors.history import Happening, Track, row_of
from registry.web.case_cells import Cell, cell_of

KINDS = {"insert": gettext_lazy("entered"), "update": gettext_lazy("changed"), "delete": gettext_lazy("deleted")}
# Where a change came from; a name given in a shell stays as it is.
SOURCES = {
    "web": gettext_lazy("web"),
    "api": gettext_lazy("interface for programs"),
    "upload": gettext_lazy("upload"),
    "worker": gettext_lazy("worker"),
    "command": gettext_lazy("command"),
    "system": gettext_lazy("system"),
}
# Where history crosses sites and leaves as a file, words of people and what identifies a patient stay out of it.
WITHHELD = frozenset({Privacy.DIRECT, Privacy.FREE_TEXT})
# Of what is not clinical, only these have values that whoever may see the audit trail may see.
OPEN_TABLES = frozenset({"study_sites.site", "study_sites.agreement", "study_sites.membership"})
MACHINERY = frozenset({"id", "site", "missing", "version"})


@dataclass(frozen=True)
class Change:
    """One value: what it is called, what it was and what it became. `is_hidden` where only the fact is told."""

    name: str
    title: str
    old: Cell | None
    new: Cell | None
    is_hidden: bool = False


@dataclass(frozen=True)
class Entry:
    """One event in words."""

    at: datetime
    who: str
    source: str
    reason: str
    request: str
    code: str
    title: str
    row: str
    row_name: str
    kind: str
    kind_words: str
    changes: list[Change]


def track_title(track: Track) -> str:
    """Return what a table is called."""
    return _(track.topic.label) if track.topic else str(track.model._meta.verbose_name_plural).capitalize()


def entry_of(happening: Happening, *, everything: bool) -> Entry:
    """Put an event into words; without `everything`, words of people and identifiers are left out."""
    track, event, told = happening.track, happening.event, happening.event.pgh_context
    return Entry(
        at=event.pgh_created_at,
        who=told.get("user_label", ""),
        source=str(SOURCES.get(told.get("source", ""), told.get("source", ""))),
        reason=told.get("reason", ""),
        request=told.get("request_id", ""),
        code=track.code,
        title=track_title(track),
        row=str(event.pgh_obj_id),
        row_name=_row_name(track, event) if everything else "",
        kind=event.pgh_label,
        kind_words=str(KINDS.get(event.pgh_label, event.pgh_label)),
        changes=list(_changes(happening, everything=everything)),
    )


def _row_name(track: Track, event: Any) -> str:
    if track.topic is None or track.topic.parent is None:
        return ""
    row = row_of(track, event)
    keyed = [field for field in track.topic.fields if field.name in track.topic.key]
    return ", ".join(text for text in (cell_of(row, field, None).text for field in keyed) if text)


def _changes(happening: Happening, *, everything: bool) -> Iterator[Change]:
    track, event = happening.track, happening.event
    now = row_of(track, event) if event.pgh_label != "delete" else None
    was = row_of(track, event) if event.pgh_label == "delete" else None
    if happening.before is not None:
        was = row_of(track, happening.before)
    for field in _fields(track):
        is_hidden = _is_hidden(track, field, everything=everything)
        old, new = (_cell(track, row, field, is_hidden=is_hidden) for row in (was, now))
        if old != new:
            shown = (None, None) if is_hidden else (old, new)
            yield Change(field.name, str(field.verbose_name), *shown, is_hidden)


def _fields(track: Track) -> list[Any]:
    if track.topic is not None:
        return list(track.topic.fields)
    known = {field.name for field in track.events._meta.concrete_fields}
    return [field for field in track.model._meta.concrete_fields if field.name in known - MACHINERY]


def _is_hidden(track: Track, field: Field, *, everything: bool) -> bool:
    if track.topic is None:
        return track.code not in OPEN_TABLES
    if track.topic.code in NOT_ON_CASE_PAGES:
        return True
    variable = field.variable if isinstance(field, VariableField) else None
    return not everything and (variable is None or variable.privacy in WITHHELD)


def _cell(track: Track, row: Model | None, field: Any, *, is_hidden: bool) -> Cell | None:
    """Return the cell, None where it is empty; of what is hidden just enough to see whether it changed."""
    if row is None:
        return None
    if track.topic is None or is_hidden:
        value = getattr(row, field.attname)
        return Cell(str(value)) if value not in (None, "") else None
    cell = cell_of(row, field, None)
    return cell if cell.text or cell.missing else None
