"""Choosing between two people's values of one field: marked on the page until somebody has chosen.

A mark is a hidden control beside the text; it goes into the draft with it, so that a choice is still asked for when
the page is opened again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry.services.rows import events_of, last_change
from registry.web.entry.control import Box
from registry.web.entry.lab_lines import LabLine
from registry.web.entry.lines import Choice, Line
from registry.web.entry.sheet import Sheet

CONFLICT, CHOOSE, MINE, THEIRS = "conflict-", "choose-", "mine", "theirs"


def chosen(typed: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Apply the choices that were made.

    Returns what stands in the controls then, and the controls in which nobody has chosen yet. Where another one's
    value was chosen the control falls back to what is saved; where one's own was, it is written as any other text,
    over the version that the person has seen by now.
    """
    texts = {name: text for name, text in typed.items() if not name.startswith(CHOOSE)}
    undecided = []
    for name in [key.removeprefix(CONFLICT) for key in typed if key.startswith(CONFLICT)]:
        choice = typed.get(CHOOSE + name)
        if choice not in (MINE, THEIRS):
            undecided.append(name)
            continue
        texts.pop(CONFLICT + name)
        if choice == THEIRS:
            texts.pop(name, None)
    return texts, undecided


def put_choices(sheet: Sheet) -> None:
    """Ask for a choice in every control that is marked."""
    for line in sheet.lines:
        for box in line.boxes.values():
            if f"{CONFLICT}{box.name}" in sheet.typed:
                line.choices.append(_choice(sheet, line, box))


def _choice(sheet: Sheet, line: Line, box: Box) -> Choice:
    record, name = _saved(line, box)
    other, at = ("", None)
    if record is not None:
        events = events_of(line.topic, record.site_id, [record.pk])[record.pk]
        other, at = last_change(events, name)
    return Choice(box, box.saved_words, other, at, sheet.typed.get(f"{CHOOSE}{box.name}", ""))


def _saved(line: Line, box: Box) -> tuple[Any, str]:
    """Return the row of the record that a control speaks of, and the field."""
    if not isinstance(line, LabLine):
        return line.record, box.key
    if box.key in line.cells:
        return line.cells[box.key].record, "value"
    results = (cell.record for cell in line.cells.values() if cell.record is not None)
    return next(results, None), box.key
