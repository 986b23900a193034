"""Saving an entry page: what can be saved is saved; what cannot stays on the page as typed, with its reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from registry.services.row_saving import rows_save
from registry.services.rows import Became, Outcome
from registry.web.entry.lines import Choice, Line
from registry.web.entry.sheet import Sheet
from registry.web.entry.writes import Settled, writes_of

CONFLICT, CHOOSE, MINE, THEIRS = "conflict-", "choose-", "mine", "theirs"
PAGE_WIDE = ("more-", "lab-unit-")
LEFT = frozenset({Became.REFUSED, Became.CONFLICT, Became.GONE})


@dataclass
class Saved:
    """What became of a page. `left` is what was typed in rows that are not saved; empty where everything is."""

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


def chosen(typed: Mapping[str, str]) -> tuple[dict[str, str], Settled, list[str]]:
    """Apply the choices between two people's values.

    Returns what stands in the controls then (another one's value where it was chosen: the control falls back to what
    is saved), the fields in which one's own value is kept, and the controls in which nobody has chosen yet.
    """
    texts, undecided = dict(typed), []
    settled: defaultdict[str, set[str]] = defaultdict(set)
    for name in [key.removeprefix(CONFLICT) for key in typed if key.startswith(CONFLICT)]:
        slot, _dash, part = name.rpartition("-")
        match typed.get(CHOOSE + name):
            case "theirs":
                texts.pop(name, None)
            case "mine":
                settled[slot].add(part)
            case _other:
                undecided.append(name)
                continue
        texts.pop(CONFLICT + name)
    return texts, {slot: frozenset(names) for slot, names in settled.items()}, undecided


def save_sheet(typed: Mapping[str, str], build: Callable[[Mapping[str, str]], Sheet], *, by: Any, reason: str) -> Saved:
    """Save what was typed on a page; `build` makes the page from texts. WriteRefused where nothing may be changed."""
    texts, settled, undecided = chosen(typed)
    sheet = build(texts)
    waiting = {name.rpartition("-")[0] for name in undecided}
    writes = [write for write in writes_of(sheet, settled) if write.slot not in waiting]
    outcomes = rows_save(patient=sheet.case.patient, writes=writes, by=by, reason=reason) if writes else {}
    saved = Saved(outcomes=outcomes)
    for outcome in outcomes.values():
        saved.rows += outcome.became is Became.SAVED
        saved.deleted += outcome.became is Became.DELETED
        if outcome.merged and outcome.became is not Became.CONFLICT:
            saved.merged.append(outcome.other)
    saved.left = _left(sheet, texts, outcomes, waiting)
    saved.head = _head(sheet, outcomes)
    return saved


def _head(sheet: Sheet, outcomes: Mapping[str, Outcome]) -> Any:
    line = next(iter(sheet.heads), None)
    if line is None:
        return None
    outcome = outcomes.get(line.slot)
    return outcome.record if outcome and outcome.became is Became.SAVED else line.record


def _left(sheet: Sheet, texts: Mapping[str, str], outcomes: Mapping[str, Outcome], waiting: set[str]) -> dict[str, str]:
    """Return the texts of the rows that are not saved, with the versions that the next save must know."""
    slots = {line.slot for line in sheet.lines if (line.has_errors and not line.is_deleted and not line.is_blank)}
    slots |= {slot for slot, outcome in outcomes.items() if outcome.became in LEFT} | waiting
    lines = {
        line.slot for line in sheet.lines for slot in slots if slot == line.slot or slot.startswith(f"{line.slot}-")
    }
    if not lines:
        return {}
    left = {name: text for name, text in texts.items() if _belongs(name, lines) or name.startswith(PAGE_WIDE)}
    for slot, outcome in outcomes.items():
        if outcome.became in (Became.SAVED, Became.DELETED) and any(slot.startswith(f"{line}-") for line in lines):
            left = {name: text for name, text in left.items() if name != slot and not name.startswith(f"{slot}-")}
        elif outcome.became is Became.CONFLICT:
            left |= {f"{slot}-id": str(outcome.record.pk), f"{slot}-version": str(outcome.record.version)}
            left |= {f"{CONFLICT}{slot}-{name}": "1" for name in outcome.clashes}
            # What only the other one changed is theirs: without a text the control shows what is saved.
            left = {name: text for name, text in left.items() if name not in {f"{slot}-{m}" for m in outcome.merged}}
        elif outcome.became is Became.GONE:
            left |= {f"{slot}-id": "", f"{slot}-version": "0"}
    return left


def _belongs(name: str, lines: set[str]) -> bool:
    plain = name.removeprefix(CONFLICT).removeprefix(CHOOSE)
    return "-".join(plain.split("-")[:2]) in lines


def show_outcomes(sheet: Sheet, outcomes: Mapping[str, Outcome]) -> None:
    """Put what became of each row beside it on a page that was built anew from what is left."""
    lines = {line.slot: line for line in sheet.lines}
    for slot, outcome in outcomes.items():
        line = lines.get(slot) or lines.get(slot.rpartition("-")[0])
        if line is None or outcome.became not in LEFT:
            continue
        part = slot.removeprefix(f"{line.slot}-") if slot != line.slot else ""
        _show_errors(line, outcome, part)
        if outcome.became is Became.GONE:
            line.errors.append(_("Somebody deleted this row. What you typed is kept: save again to enter it anew."))
    _show_choices(sheet, outcomes)


def _show_errors(line: Line, outcome: Outcome, part: str) -> None:
    for name, words in outcome.errors.items():
        box = line.boxes.get(part or name) or line.boxes.get(name)
        if box is None:
            line.errors += words
        else:
            box.errors += words


def _show_choices(sheet: Sheet, outcomes: Mapping[str, Outcome]) -> None:
    """Ask for a choice in every control that is marked as a conflict."""
    for line in sheet.lines:
        for box in line.boxes.values():
            if f"{CONFLICT}{box.name}" not in sheet.typed:
                continue
            outcome = outcomes.get(line.slot) or outcomes.get(f"{line.slot}-{box.key}")
            other, at = (outcome.other, outcome.other_at) if outcome else ("", None)
            line.choices.append(Choice(box, box.saved_words, other, at, sheet.typed.get(f"{CHOOSE}{box.name}", "")))
