"""The audit trail as a file: one line a value, safe to open in a spreadsheet program."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from django.utils.translation import gettext as _

from registry.intake.downloads import safe_cell
from registry.web.case_cells import Cell
from registry.web.history_page import Change, Entry


def audit_csv(entries: Iterator[Entry]) -> bytes:
    """Return the events, one line for each value that changed; a line of its own for an event without any."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_("When (UTC)"), _("Who"), _("From where"), _("Why"), _("Request"), _("Records"), _("Row"),
                     _("What happened"), _("Variable"), _("Before"), _("After")])  # fmt: skip
    for entry in entries:
        for line in _lines(entry):
            writer.writerow([safe_cell(cell) for cell in line])
    return out.getvalue().encode("utf-8-sig")


def _lines(entry: Entry) -> Iterator[list[str]]:
    when = entry.at.strftime("%Y-%m-%d %H:%M:%S")
    event = [when, entry.who, entry.source, entry.reason, entry.request, entry.code, entry.row, entry.kind_words]
    if not entry.changes:
        yield [*event, "", "", ""]
    for change in entry.changes:
        yield [*event, change.name, *_values(change)]


def _values(change: Change) -> list[str]:
    if change.is_hidden:
        return [_("(not shown)")] * 2
    return [_text(change.old), _text(change.new)]


def _text(cell: Cell | None) -> str:
    return "" if cell is None else cell.missing or f"{cell.text} {cell.unit}".strip()
