"""Released sheets as CSV: UTF-8, point decimals, LF, and no cell that a spreadsheet would run as a formula."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import polars as pl

from exports.sheets import Sheet

# Full-width forms are in the list because spreadsheets fold them to the plain ones.
FORMULA_START: Final = "^[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]"
_FORMULA = re.compile(FORMULA_START)
# What is held at a time: enough to write fast, little enough to keep memory flat whatever a row group holds.
PIECE_CELLS, LEAST_ROWS, MOST_ROWS = 65_536, 1_024, 4_096


def csv_bytes(frame: pl.DataFrame, *, has_header: bool = True) -> bytes:
    """Return a frame as CSV as it stands."""
    out = io.BytesIO()
    frame.write_csv(out, line_terminator="\n", quote_style="necessary", include_header=has_header)
    return out.getvalue()


def safe_text(text: str) -> str:
    """Return a text, with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def formula_safe(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with an apostrophe before every text and name that a spreadsheet would take for a formula.

    Numbers keep their minus sign. The frame itself comes back when there is no such text.
    """
    names = {name: safe_text(name) for name in frame.columns if _FORMULA.match(name)}
    unsafe = unsafe_columns(frame)
    if not unsafe and not names:
        return frame
    escaped = [
        pl.when(pl.col(name).str.contains(FORMULA_START)).then("'" + pl.col(name)).otherwise(pl.col(name)).alias(name)
        for name in unsafe
    ]
    return frame.with_columns(escaped).rename(names)


def unsafe_columns(frame: pl.DataFrame) -> list[str]:
    """Return the columns in which some text begins like a formula."""
    texts = frame.select(pl.col(pl.String).str.contains(FORMULA_START).any())
    return [column.name for column in texts if column.item()]


def table_csv(frame: pl.DataFrame) -> tuple[bytes, str]:
    """Return a table as it goes into the package, and the SHA-256 of its canonical rows, before any apostrophe."""
    canonical = csv_bytes(frame)
    safe = formula_safe(frame)
    digest = hashlib.sha256(canonical).hexdigest()
    return (canonical if safe is frame else csv_bytes(safe)), digest


def small_pieces(sheet: Sheet, columns: Sequence[str] | None = None) -> Iterator[pl.DataFrame]:
    """Yield the rows of a sheet a few thousand at a time, whatever its row groups; one empty frame if there are none.

    yes/no is 1 or 0 however it is stored. `columns` are those wanted, in the order of the sheet where none are named.
    """
    from pyarrow import parquet

    wanted = list(columns or sheet.names)
    rows = min(max(PIECE_CELLS // len(wanted), LEAST_ROWS), MOST_ROWS)
    # Read ahead and on threads, it would hold far more than a piece.
    with parquet.ParquetFile(sheet.path, pre_buffer=False) as file:
        if not file.metadata.num_rows:
            yield _as_written(pl.read_parquet(sheet.path, columns=wanted), wanted)
        for batch in file.iter_batches(rows, columns=wanted, use_threads=False):
            piece = pl.from_arrow(batch)
            assert isinstance(piece, pl.DataFrame)  # noqa: S101 - a batch is a table
            yield _as_written(piece, wanted)


def _as_written(frame: pl.DataFrame, wanted: list[str]) -> pl.DataFrame:
    return frame.select(wanted).with_columns(pl.col(pl.Boolean).cast(pl.Int8))


def rows_sha256(sheet: Sheet) -> str:
    """Return the SHA-256 of the canonical rows of a sheet."""
    digest = hashlib.sha256()
    for number, piece in enumerate(small_pieces(sheet)):
        digest.update(csv_bytes(piece, has_header=not number))
    return digest.hexdigest()


def content_hash(digests: dict[str, str]) -> str:
    """Return one hash over the canonical rows of all sheets: equal content gives an equal hash in any package."""
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def text_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return lines of text as CSV, each cell safe to open in a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([safe_text(name) for name in header])
    writer.writerows([safe_text(cell) for cell in row] for row in rows)
    return out.getvalue().encode()
