"""A flat export as REDCap writes it: one row a subject and repeat, under the columns of all forms that are wanted.

Most cells are blank, because a row holds the cells of its own form alone; they are written as one piece of text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final

from exports.redcap.project import GROUP, INSTANCE, INSTRUMENT, Project, group_name
from exports.redcap.rows import Cells, Row, Selection, rows

_SPECIAL: Final = re.compile('["\r\n]')
Placed = tuple[list[str], list[tuple[int, Cells]]]


def flat_csv(selection: Selection, delimiter: str, *, has_labels: bool) -> Iterator[str]:
    """Yield the lines of a flat export in CSV, the header first; `has_labels` writes labels into the header."""
    lead, body = header(selection, has_labels=has_labels)
    yield csv_line([*lead, *body], delimiter)
    for before, parts in _placed(selection):
        text, at = [csv_line(before, delimiter)[:-1]], 0
        for start, cells in parts:
            text += [delimiter * (start - at), *(delimiter + _quoted(cell, delimiter) for cell in cells)]
            at = start + len(cells)
        yield "".join([*text, delimiter * (len(body) - at), "\n"])


def flat_json(selection: Selection) -> Iterator[str]:
    """Yield the pieces of a flat export in JSON: a list of objects whose values are texts, instances numbers."""
    lead, body = header(selection, has_labels=False)
    keys = [f",{_told(name)}:" for name in body]
    blanks = [f'{key}""' for key in keys]
    blank, places = "".join(blanks), [0, *accumulate(map(len, blanks))]
    comma = "["
    for before, parts in _placed(selection):
        text, at = [comma, "{", ",".join(map(_pair, lead, before))], 0
        for start, cells in parts:
            text += [blank[places[at] : places[start]], *(keys[start + n] + _told(c) for n, c in enumerate(cells))]
            at = start + len(cells)
        yield "".join([*text, blank[places[at] :], "}"])
        comma = ","
    yield "[]" if comma == "[" else "]"


def csv_line(cells: Sequence[str], delimiter: str) -> str:
    """Return cells as one line of CSV, quoted where a reader would part them otherwise."""
    return delimiter.join(_quoted(cell, delimiter) for cell in cells) + "\n"


def _quoted(cell: str, delimiter: str) -> str:
    if delimiter in cell or _SPECIAL.search(cell):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def _told(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _pair(name: str, value: str) -> str:
    """Return one pair of an object; an instance is a number, as in REDCap."""
    return f"{_told(name)}:{value if name == INSTANCE and value else _told(value)}"


def header(selection: Selection, *, has_labels: bool) -> tuple[list[str], list[str]]:
    """Return the names or labels of the columns: those before the forms, and those of the forms."""
    record = selection.project.record_field
    lead = [record.label if has_labels else record.name]
    if selection.project.repeating:
        lead += ["Repeat Instrument", "Repeat Instance"] if has_labels else [INSTRUMENT, INSTANCE]
    if selection.has_groups:
        lead.append("Data Access Group" if has_labels else GROUP)
    body = list[str]()
    for chosen in selection.chosen:
        body += [field.label if has_labels else field.name for field in chosen.fields]
        body += ["Complete?" if has_labels else chosen.form.complete] * chosen.with_complete
    return lead, body


def _placed(selection: Selection) -> Iterator[Placed]:
    """Yield for each row the cells before the forms, and the cells of its forms with the column where they begin."""
    widths = [chosen.width for chosen in selection.chosen]
    names = [chosen.form.name for chosen in selection.chosen]
    starts = dict(zip(names, [0, *accumulate(widths)], strict=False))
    for row in rows(selection):
        forms = [row.chosen] if row.chosen else selection.single
        parts = [(starts[one.form.name], cells) for one, cells in zip(forms, row.cells, strict=True)]
        yield _lead(selection, row), parts


def _lead(selection: Selection, row: Row) -> list[str]:
    project, is_labelled = selection.project, selection.asked.is_labelled
    lead = [row.record]
    if project.repeating:
        lead += repeat_of(row, is_labelled=is_labelled)
    if selection.has_groups:
        lead.append(group_of(project, row.record, is_labelled=is_labelled))
    return lead


def repeat_of(row: Row, *, is_labelled: bool = False) -> list[str]:
    """Return the instrument and the instance of a row; both are blank where it is no repeat."""
    if row.chosen is None:
        return ["", ""]
    return [row.chosen.form.label if is_labelled else row.chosen.form.name, str(row.instance)]


def group_of(project: Project, record: str, *, is_labelled: bool = False) -> str:
    """Return the group of a subject, by its unique name or by the site code that is its label."""
    site = project.groups.get(record, "")
    return site if is_labelled else group_name(site)
