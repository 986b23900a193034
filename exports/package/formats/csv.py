"""CSV, the reference format: one file per sheet, written piece by piece."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from exports.package.columns import csv_name, sheet_name
from exports.package.csv_tables import csv_bytes, formula_safe, small_pieces, unsafe_columns
from exports.package.formats.writing import Loss, Member, Writing
from exports.sheets import Sheet

ESCAPED: Final = "a text that begins like a formula has an apostrophe before it"


def write_csv(sheets: Sequence[Sheet], writing: Writing, losses: list[Loss]) -> Iterator[Member]:
    """Yield tables/*.csv and datasets/*.csv. A file without a loss holds its canonical rows, byte for byte."""
    for sheet in sheets:
        path = writing.work / f"{sheet_name(sheet).replace('/', '-')}.csv"
        escaped = _write(sheet, path)
        losses += [Loss(csv_name(sheet), column, ESCAPED) for column in escaped]
        yield Member(csv_name(sheet), path)


def _write(sheet: Sheet, path: Path) -> list[str]:
    """Write one sheet and return the columns in which, or in whose name, an apostrophe was put."""
    escaped: dict[str, None] = {}
    with path.open("wb") as file:
        for number, piece in enumerate(small_pieces(sheet)):
            safe = formula_safe(piece)
            if safe is not piece:
                renamed = [old for old, new in zip(piece.columns, safe.columns, strict=True) if old != new]
                escaped |= dict.fromkeys([*renamed, *unsafe_columns(piece)])
            file.write(csv_bytes(safe, has_header=not number))
    return list(escaped)
