"""The codebook of the released columns, as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from exports.package.columns import codes_of
from exports.package.csv_tables import text_csv
from exports.sheets import Column, Sheet

HEADER = (
    "table", "column", "label", "type", "unit", "choices", "leaves_as", "missing_reasons", "note",
    "kind", "short", "derivation", "deriv_id", "sources",
)  # fmt: skip


def codebook_csv(sheets: Sequence[Sheet]) -> bytes:
    """Return one line per released column: its words, unit, choices, what the freeze did to it, why it may be empty."""
    return text_csv(HEADER, _lines(sheets))


def _lines(sheets: Sequence[Sheet]) -> Iterator[list[str]]:
    for sheet in sheets:
        for column in sheet.columns:
            yield [sheet.name, *_of_column(column), sheet.kind, *_derived(column)]


def _of_column(column: Column) -> list[str]:
    told = [column.column, column.label, column.type, column.unit, choice_words(column)]
    return [*told, column.leaves_as, column.missing_reasons, column.note]


def _derived(column: Column) -> list[str]:
    return [column.short, column.derivation, column.deriv_id, ", ".join(column.sources)]


def choice_words(column: Column) -> str:
    """Return every code of a column with its label in one line."""
    return " | ".join(f"{code}, {label}" for code, label in codes_of(column))
