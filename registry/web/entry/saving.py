"""Saving an entry page: what can be saved is saved; what cannot stays on the page as typed, with its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from registry.services.row_saving import rows_save
from registry.services.rows import Became, Outcome
from registry.web.entry.choices import CHOOSE, CONFLICT, chosen
from registry.web.entry.lines import Line
from registry.web.entry.sheet import Sheet
from registry.web.entry.writes import control_of, key_of, line_of, writes_of

PAGE_WIDE = ("more-", "lab-unit-")
LEFT = frozenset({Became.REFUSED, Became.CONFLICT, Became.GONE, Became.WAITS})


@dataclass
class Saved:
    """What became of a page. `left` is what was typed in rows that are not saved; empty where everything is.

    `merged` names the people whose changes were kept beside these.
    """

    rows: int = 0
    deleted: int = 0
    merged: list[str] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    head: Any = None

    @property
    def is_whole(self) -> bool:
        """Tell whether nothing is left to correct or to choose."""
        return not self.left


def save_sheet(typed: Mapping[str, str], build: Callable[[Mapping[str, str]], Sheet], *, by: Any, reason: str) -> Saved:
    """Save what was typed on a page; `build` makes the page from texts. WriteRefused where nothing may be changed."""
    texts, undecided = chosen(typed)
    sheet = build(texts)
    waiting = {line_of(name) for name in undecided}
    writes = [write for write in writes_of(sheet) if line_of(write.slot) not in waiting]
    patient, seen = sheet.case.patient, frozenset(_seen(texts))
    outcomes = rows_save(patient=patient, writes=writes, seen=seen, by=by, reason=reason) if writes else {}
    saved = Saved(outcomes=outcomes)
    for outcome in outcomes.values():
        saved.rows += outcome.became is Became.SAVED
        saved.deleted += outcome.became is Became.DELETED
        if outcome.became not in LEFT:
            saved.merged += [person for person in outcome.merged.values() if person not in saved.merged]
    saved.left = _left(sheet, texts, outcomes, waiting)
    saved.head = _head(sheet, outcomes)
    return saved


def _seen(typed: Mapping[str, str]) -> Iterator[UUID]:
    """Yield the keys of the rows that stood on the page."""
    yield from filter(None, (key_of(text) for name, text in typed.items() if name.endswith("-id")))


def _head(sheet: Sheet, outcomes: Mapping[str, Outcome]) -> Any:
    line = next(iter(sheet.heads), None)
    if line is None:
        return None
    outcome = outcomes.get(line.slot)
    return outcome.record if outcome and outcome.became is Became.SAVED else line.record


def _left(sheet: Sheet, texts: Mapping[str, str], outcomes: Mapping[str, Outcome], waiting: set[str]) -> dict[str, str]:
    """Return the texts of the rows that are not saved, with the versions that the next save must know."""
    lines = {line.slot for line in sheet.lines if line.has_errors and not line.is_deleted and not line.is_blank}
    lines |= {line_of(slot) for slot, outcome in outcomes.items() if outcome.became in LEFT} | waiting
    if not lines:
        return {}
    left = {name: text for name, text in texts.items() if _belongs(name, lines) or name.startswith(PAGE_WIDE)}
    for slot, outcome in outcomes.items():
        if line_of(slot) in lines:
            _LEAVING.get(outcome.became, _leave)(left, outcome)
    return left


def _belongs(name: str, lines: set[str]) -> bool:
    return line_of(plain(name)) in lines


def plain(name: str) -> str:
    """Return the name of the control that a mark or a choice speaks of; that of a control is its own."""
    return name.removeprefix(CONFLICT).removeprefix(CHOOSE)


def _leave(left: dict[str, str], outcome: Outcome) -> None:
    """Leave a row as typed."""


def _leave_saved(left: dict[str, str], outcome: Outcome) -> None:
    """A result that is saved, in a sample where others are not: its text is what is saved."""
    _name(left, outcome)
    left.pop(outcome.write.slot, None)


def _leave_deleted(left: dict[str, str], outcome: Outcome) -> None:
    slot = outcome.write.slot
    for name in (slot, f"{slot}-id", f"{slot}-version", f"{slot}-shown"):
        left.pop(name, None)


def _leave_refused(left: dict[str, str], outcome: Outcome) -> None:
    """What somebody wanted to delete and somebody else has changed is shown as it is now, and not marked any more."""
    if outcome.write.is_deleted:
        _name(left, outcome)
        _take_theirs(left, outcome)
        left.pop(f"{line_of(outcome.write.slot)}-delete", None)
        left.pop(outcome.write.slot, None)


def _leave_conflict(left: dict[str, str], outcome: Outcome) -> None:
    """Mark the fields in which a choice is needed; what only the other one changed is theirs."""
    _name(left, outcome)
    _take_theirs(left, outcome)
    left |= {f"{CONFLICT}{control_of(outcome.write, name)}": "1" for name in outcome.clashes}


def _leave_gone(left: dict[str, str], outcome: Outcome) -> None:
    left |= {f"{outcome.write.slot}-id": "", f"{outcome.write.slot}-version": "0"}


_LEAVING: Mapping[Became, Callable[[dict[str, str], Outcome], None]] = {
    Became.SAVED: _leave_saved,
    Became.DELETED: _leave_deleted,
    Became.REFUSED: _leave_refused,
    Became.CONFLICT: _leave_conflict,
    Became.GONE: _leave_gone,
}


def _name(left: dict[str, str], outcome: Outcome) -> None:
    """Name the row as it is now, so that the next save knows what the person has seen."""
    slot, record = outcome.write.slot, outcome.record
    left |= {f"{slot}-id": str(record.pk), f"{slot}-version": str(record.version)}


def _take_theirs(left: dict[str, str], outcome: Outcome) -> None:
    """Without a text a control shows what is saved."""
    for name in outcome.merged:
        left.pop(control_of(outcome.write, name), None)


def show_outcomes(sheet: Sheet, outcomes: Mapping[str, Outcome]) -> None:
    """Put what became of each row beside it on a page that was built anew from what is left."""
    lines = {line.slot: line for line in sheet.lines}
    for slot, outcome in outcomes.items():
        line = lines.get(line_of(slot))
        if line is None or outcome.became not in LEFT:
            continue
        _show_errors(line, outcome)
        if outcome.became is Became.GONE:
            _add(line.errors, [_("Somebody deleted this row. What you typed is kept: save again to enter it anew.")])


def _show_errors(line: Line, outcome: Outcome) -> None:
    by_name = line.by_name()
    for name, words in outcome.errors.items():
        box = by_name.get(control_of(outcome.write, name)) if name else None
        _add(line.errors if box is None else box.errors, words)


def _add(told: list[str], words: list[str]) -> None:
    told += [sentence for sentence in words if sentence not in told]
