"""load.py of a package: pandas or polars, whichever is there, with types, codes and labels, and every file checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from exports.package.columns import codes_of, csv_name
from exports.sheets import Column, Sheet

# Not named .py: it is text that goes into packages, and no module of ours.
TEMPLATE: Final = Path(__file__).parent / "scripts" / "load.py.txt"
RELEASE, SHEETS = "@RELEASE@", "    # @SHEETS@"


def load_py(facts: Mapping[str, Any], sheets: Sequence[Sheet]) -> bytes:
    """Return the script for these sheets."""
    script = TEMPLATE.read_text(encoding="utf-8").replace(RELEASE, str(facts["release"]))
    return script.replace(SHEETS, "\n".join(_sheet(sheet) for sheet in sheets)).encode()


def _sheet(sheet: Sheet) -> str:
    columns = "\n".join(f"        {line}" for line in _columns(sheet))
    return f"    {sheet.name!a}: ({csv_name(sheet)!a}, {{\n{columns}\n    }}),"


def _columns(sheet: Sheet) -> Iterator[str]:
    for column in sheet.columns:
        yield f"{column.column!a}: {_column(column)},"


def _column(column: Column) -> str:
    return ascii((column.label, column.type, column.unit, dict(codes_of(column))))
