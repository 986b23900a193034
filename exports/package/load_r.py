"""load.R of a package: base R alone reads the files, checks them and gives every column its type, label and codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from exports.package.columns import codes_of, csv_name
from exports.sheets import Column, Sheet

TEMPLATE: Final = Path(__file__).parent / "scripts" / "load.R"
RELEASE, SHEETS = "@RELEASE@", "# @SHEETS@"


def load_r(facts: Mapping[str, Any], sheets: Sequence[Sheet]) -> bytes:
    """Return the script for these sheets. It is plain ASCII: R reads it alike under every locale."""
    script = TEMPLATE.read_text(encoding="utf-8").replace(RELEASE, str(facts["release"]))
    return script.replace(SHEETS, ",\n".join(_sheet(sheet) for sheet in sheets)).encode("ascii")


def _sheet(sheet: Sheet) -> str:
    columns = ",\n".join(f"    {line}" for line in _columns(sheet))
    told = f"file = {r_text(csv_name(sheet))}, label = {r_text(sheet.label)}"
    return f"  {r_text(sheet.name)} = list({told}, columns = list(\n{columns}))"


def _columns(sheet: Sheet) -> Iterator[str]:
    for column in sheet.columns:
        yield f"{r_text(column.column)} = {_column(column)}"


def _column(column: Column) -> str:
    plain = ", ".join(r_text(part) for part in (column.label, column.type, column.unit))
    if not column.choices:
        return f"column({plain})"
    codes, labels = zip(*codes_of(column), strict=True)
    return f"column({plain}, {_vector(codes)}, {_vector(labels)})"


def _vector(texts: Sequence[str]) -> str:
    return f"c({', '.join(r_text(text) for text in texts)})"


def r_text(text: str) -> str:
    """Return a text as R writes it, every character beyond ASCII by its number."""
    return '"' + "".join(_character(character) for character in text) + '"'


def _character(character: str) -> str:
    if character in '\\"':
        return f"\\{character}"
    return character if " " <= character <= "~" else f"\\U{{{ord(character):x}}}"
