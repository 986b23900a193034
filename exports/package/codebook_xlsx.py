"""The codebook as a workbook for reading: what is in the release, column by column, code by code, and what is not."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from exports.package.codebook import choice_words
from exports.package.columns import codes_of
from exports.package.formats.writing import Writing
from exports.package.manifest import level_of
from exports.sheets import Column, Sheet

if TYPE_CHECKING:
    from xlsxwriter.format import Format  # type: ignore[import-untyped]
    from xlsxwriter.workbook import Workbook  # type: ignore[import-untyped]
    from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

# Nothing that is written may become anything but text or a number.
OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
Cell = str | int
# A count that is too small to be shown.
SMALL: Final = "few"
COLUMN_HEADINGS: Final = (
    "Sheet", "Column", "Label", "Type", "Unit", "Choices", "Why it may be empty", "Leaves as", "Note",
    "Short name", "Derivation", "Derivation id", "Sources",
)  # fmt: skip
COLUMN_WIDTHS: Final = (22, 30, 44, 10, 10, 60, 20, 30, 40, 12, 60, 14, 40)


@dataclass(frozen=True)
class Page:
    """One sheet of the workbook: its name, headings, the widths of its columns in characters, its lines."""

    name: str
    headings: Sequence[str]
    widths: Sequence[int]
    lines: Iterable[Sequence[Cell]]


def codebook_xlsx(facts: Mapping[str, Any], sheets: Sequence[Sheet], writing: Writing) -> bytes:
    """Return codebook.xlsx: no formula, no author, and the data cut as its only time."""
    from xlsxwriter import Workbook  # type: ignore[import-untyped]

    out = io.BytesIO()
    with Workbook(out, {**OPTIONS, "tmpdir": str(writing.work)}) as book:
        cut = writing.at.astimezone(dt.UTC).replace(tzinfo=None)
        book.set_properties({"title": f"Codebook of release {writing.release}", "created": cut})
        head = book.add_format({"bold": True, "bg_color": "#DCE6F1", "bottom": 1, "text_wrap": True, "valign": "top"})
        body = book.add_format({"text_wrap": True, "valign": "top"})
        for page in _pages(facts, sheets):
            _write(book, page, head, body)
    return out.getvalue()


def _pages(facts: Mapping[str, Any], sheets: Sequence[Sheet]) -> Iterator[Page]:
    yield Page("Contents", ("Of the release", "Value", "Grain", "Key", "Rows", "Patients", "Sites"),
               (30, 44, 44, 44, 10, 10, 10), _contents(facts, sheets))  # fmt: skip
    for name, kind in (("Tables", "table"), ("Datasets", "dataset")):
        lines = [_column(sheet, column) for sheet in sheets if sheet.kind == kind for column in sheet.columns]
        yield Page(name, COLUMN_HEADINGS, COLUMN_WIDTHS, lines)
    yield Page("Codes", ("Sheet", "Column", "Code", "Label"), (22, 30, 24, 60), _codes(sheets))
    withheld = [(entry["table"], entry["column"], entry["why"]) for entry in facts["withheld"]]
    yield Page("Withheld", ("Table", "Column", "Why"), (22, 34, 70), withheld)
    excluded = [(entry["words"], _shown(entry["patients"])) for entry in facts["excluded"]]
    yield Page("Excluded", ("Why cases stayed out", "Patients"), (80, 10), excluded)


def _shown(count: int | None) -> Cell:
    return SMALL if count is None else count


def _contents(facts: Mapping[str, Any], sheets: Sequence[Sheet]) -> Iterator[Sequence[Cell]]:
    if facts["is_simulated"]:
        yield "SIMULATED DATA", "Every patient, hospital and value is invented."
    yield "Release", str(facts["release"])
    yield "Level", level_of(facts)
    yield "Data cut", str(facts["data_cut_at"])
    yield "Policy", str(facts["policy_version"])
    yield "Codebook", str(facts["codebook_version"])
    for sheet in sheets:
        counts = (sheet.rows, sheet.patients, sheet.sites)
        yield f"{sheet.kind.capitalize()} {sheet.name}", sheet.label, sheet.grain, ", ".join(sheet.key), *counts


def _column(sheet: Sheet, column: Column) -> list[Cell]:
    told = [sheet.name, column.column, column.label, column.type, column.unit, choice_words(column)]
    left = [column.missing_reasons, column.leaves_as, column.note, column.short]
    return [*told, *left, column.derivation, column.deriv_id, ", ".join(column.sources)]


def _codes(sheets: Sequence[Sheet]) -> Iterator[Sequence[Cell]]:
    for sheet in sheets:
        for column in sheet.columns:
            for code, label in codes_of(column):
                yield sheet.name, column.column, code, label


def _write(book: Workbook, page: Page, head: Format, body: Format) -> None:
    sheet = book.add_worksheet(page.name)
    sheet.freeze_panes(1, 0)
    sheet.hide_gridlines(2)
    for number, width in enumerate(page.widths):
        sheet.set_column(number, number, width)
    _line(sheet, 0, page.headings, head)
    last = 0
    for last, line in enumerate(page.lines, 1):
        _line(sheet, last, line, body)
    sheet.autofilter(0, 0, last, len(page.headings) - 1)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _line(sheet: Worksheet, row: int, line: Sequence[Cell], style: Format) -> None:
    for number, cell in enumerate(line):
        wrote = (
            sheet.write_number(row, number, cell, style)
            if isinstance(cell, int)
            else sheet.write_string(row, number, cell, style)
        )
        if wrote:
            raise ValueError(f"Row {row + 1} of the codebook does not fit into a workbook.")
