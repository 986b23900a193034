"""Released tables as CSV: UTF-8, point decimals, LF, and no cell that a spreadsheet would run as a formula."""

from __future__ import annotations

import hashlib
import io

import polars as pl

# Full-width forms are in the list because spreadsheets fold them to the plain ones.
FORMULA_START = "^[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]"


def csv_bytes(frame: pl.DataFrame) -> bytes:
    """Return a frame as CSV as it stands."""
    out = io.BytesIO()
    frame.write_csv(out, line_terminator="\n", quote_style="necessary")
    return out.getvalue()


def formula_safe(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with an apostrophe before every text that a spreadsheet would take for a formula.

    Numbers keep their minus sign. The frame itself comes back when there is no such text.
    """
    texts = frame.select(pl.col(pl.String).str.contains(FORMULA_START).any())
    unsafe = [column.name for column in texts if column.item()]
    if not unsafe:
        return frame
    escaped = [
        pl.when(pl.col(name).str.contains(FORMULA_START)).then("'" + pl.col(name)).otherwise(pl.col(name)).alias(name)
        for name in unsafe
    ]
    return frame.with_columns(escaped)


def table_csv(frame: pl.DataFrame) -> tuple[bytes, str]:
    """Return a table as it goes into the package, and the SHA-256 of its canonical rows, before any apostrophe."""
    canonical = csv_bytes(frame)
    safe = formula_safe(frame)
    digest = hashlib.sha256(canonical).hexdigest()
    return (canonical if safe is frame else csv_bytes(safe)), digest


def content_hash(digests: dict[str, str]) -> str:
    """Return one hash over the canonical rows of all tables: equal content gives an equal hash in any package."""
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items()))
    return hashlib.sha256(lines.encode()).hexdigest()
