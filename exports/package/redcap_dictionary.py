"""The released columns as a REDCap data dictionary: 18 columns in REDCap's order, one form per sheet.

The first field is the record id, which stands for the subject of every sheet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from exports.package.columns import codes_of, is_required
from exports.package.csv_tables import text_csv
from exports.sheets import SUBJECT, SUBJECT_OF, Column, Sheet
from registry.metadata.redcap import HEADINGS

VALIDATIONS: Final = {"integer": "integer", "decimal": "number"}


def redcap_dictionary(sheets: Sequence[Sheet]) -> bytes:
    """Return the dictionary as CSV; ValueError where two columns would have one name."""
    rows = list(_rows(sheets))
    if len({row[0] for row in rows}) != len(rows):
        raise ValueError("Two released columns have one name in REDCap.")
    return text_csv(HEADINGS, rows)


def _rows(sheets: Sequence[Sheet]) -> Iterator[list[str]]:
    for sheet in sheets[:1]:
        yield _row(SUBJECT, sheet, "text", "Subject key of the project", required="y")
    for sheet in sheets:
        for column in sheet.columns:
            if column.column != SUBJECT_OF[sheet.kind]:
                yield _of_column(sheet, column)


def _of_column(sheet: Sheet, column: Column) -> list[str]:
    kind = "yesno" if column.type == "yes/no" else "dropdown" if column.choices else "text"
    choices = " | ".join(f"{code}, {_plain(label)}" for code, label in codes_of(column)) if kind == "dropdown" else ""
    return _row(
        redcap_name(sheet, column),
        sheet,
        kind,
        column.label,
        choices=choices,
        note="; ".join(part for part in (column.unit, column.note or column.derivation) if part),
        validation=VALIDATIONS.get(column.type, "") if kind == "text" else "",
        required="y" if is_required(sheet, column) else "",
        annotation=column.leaves_as,
    )


def _row(
    name: str,
    sheet: Sheet,
    kind: str,
    label: str,
    *,
    choices: str = "",
    note: str = "",
    validation: str = "",
    required: str = "",
    annotation: str = "",
) -> list[str]:
    words = [name, sheet.name.lower(), "", kind, label, choices, note, validation]
    return [*words, "", "", "", "", required, "", "", "", "", annotation]


def redcap_name(sheet: Sheet, column: Column) -> str:
    """Return a name that is unique in the project: lower case, and no two underscores in a row, which REDCap folds."""
    return re.sub("_+", "_", f"{sheet.name}_{column.column}".lower())


def _plain(label: str) -> str:
    """Return a label without the bar that parts choices."""
    return label.replace("|", "/")
