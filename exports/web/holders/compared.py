"""What the page of a comparison shows, and the same with every line as a file."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any, Final

import polars as pl
from django.core.paginator import Page, Paginator
from django.utils.translation import gettext as _

from exports.diff import Kind
from exports.package.csv_tables import safe_text
from exports.selectors.diff_reasons import Why, reasons_of
from exports.services.comparing import Compared
from sites.access import can
from sites.models import User
from sites.roles import Permission

ON_A_PAGE: Final = 100
# Lines whose reasons are looked up at a time in a file.
AT_ONCE: Final = 5_000
IN_MEMORY: Final = 2_000_000
HEADER: Final = ("what", "table", "case", "row", "column", "old", "new")
REASONS: Final = ("why", "reason", "who", "when_utc")


@dataclass(frozen=True)
class Line:
    """One difference in words, with why it is there for those who may know."""

    what: str
    sheet: str
    subject: str
    key: str
    column: str
    old: str
    new: str
    why: Why


def compared_facts(compared: Compared, user: User, *, sheet: str, number: str) -> dict[str, Any]:
    """Return what the template needs: the figures, and one page of the lines, of one table if that is asked for."""
    lazy = pl.scan_parquet(compared.lines)
    known = [found.name for found in compared.figures.sheets]
    chosen = sheet if sheet in known else ""
    if chosen:
        lazy = lazy.filter(pl.col("sheet") == chosen)
    total = int(lazy.select(pl.len()).collect().item())
    page = Paginator(range(total), ON_A_PAGE).get_page(number)
    shown = _shown(lazy, page)
    return {
        "compared": compared,
        "figures": compared.figures,
        "sheets": [found for found in compared.figures.sheets if _differs(found)],
        "sheet": chosen,
        "page": page,
        "lines": _lines(shown, compared, user),
        "with_reasons": _may_know(user),
    }


def _differs(sheet: Any) -> bool:
    counts = (sheet.came, sheet.left, sheet.added, sheet.removed, sheet.changed)
    return any(counts) or bool(sheet.columns_new or sheet.columns_gone)


def _shown(lazy: pl.LazyFrame, page: Page[int]) -> list[dict[str, Any]]:
    first = max(page.start_index() - 1, 0)
    return lazy.slice(first, ON_A_PAGE).collect().to_dicts()


def _lines(shown: Sequence[dict[str, Any]], compared: Compared, user: User) -> list[Line]:
    whys = [Why() for _line in shown]
    if _may_know(user):
        whys = reasons_of(shown, compared.before, compared.after, user)
    words = kinds_in_words()
    return [Line(**{**line, "what": words[line["what"]]}, why=why) for line, why in zip(shown, whys, strict=True)]


def _may_know(user: User) -> bool:
    return can(user, Permission.RELEASE_FREEZE)


def kinds_in_words() -> dict[str, str]:
    """Return what each kind of line says."""
    return {
        Kind.PATIENT_IN: _("Case came in"),
        Kind.PATIENT_OUT: _("Case left"),
        Kind.ROW_ADDED: _("Row added"),
        Kind.ROW_REMOVED: _("Row removed"),
        Kind.VALUE_CHANGED: _("Value changed"),
        Kind.COLUMN_NEW: _("Column is new"),
        Kind.COLUMN_GONE: _("Column is gone"),
        Kind.SHEET_NEW: _("Table is new"),
        Kind.SHEET_GONE: _("Table is gone"),
    }


def compared_file(compared: Compared, user: User) -> IO[bytes]:
    """Return an open file with every line as CSV, safe to open in a spreadsheet, read a few thousand at a time."""
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, mode="w+b")  # noqa: SIM115 - the answer closes it
    text = _Encoded(file)
    writer = csv.writer(text, lineterminator="\n")
    with_reasons = _may_know(user)
    writer.writerow([*HEADER, *(REASONS if with_reasons else ())])
    for rows in _pieces(compared):
        whys = reasons_of(rows, compared.before, compared.after, user) if with_reasons else [None] * len(rows)
        for row, why in zip(rows, whys, strict=True):
            writer.writerow([safe_text(str(cell)) for cell in [*row.values(), *_told(why)]])
    file.seek(0)
    return file


def _pieces(compared: Compared) -> Iterator[list[dict[str, Any]]]:
    from pyarrow import parquet

    with parquet.ParquetFile(compared.lines) as file:
        for batch in file.iter_batches(AT_ONCE):
            yield batch.to_pylist()


def _told(why: Why | None) -> list[str]:
    if why is None:
        return []
    return [why.words, why.reason, why.who, f"{why.at:%Y-%m-%dT%H:%M:%SZ}" if why.at else ""]


class _Encoded:
    """Writes text into a file of bytes."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, text: str) -> int:
        return self._file.write(text.encode())
