"""Reads the CSV files of a written package back: in pieces of whole rows, or the first rows as they stand."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO, Final

import polars as pl

# A few thousand rows: more would not be faster by much and would hold more memory.
CHUNK: Final = 1 << 18
QUOTE, LINE_END = b'"', b"\n"


def pieces_of_rows(chunks: Iterable[bytes]) -> Iterator[pl.DataFrame]:
    """Yield the rows of a file, every cell as text, null where it is blank; the header is the first row."""
    rest = b""
    for chunk in chunks:
        text = rest + chunk
        end = _last_row_end(text)
        if end:
            yield _frame(text[:end])
        rest = text[end:]
    if rest:
        yield _frame(rest)


def _frame(text: bytes) -> pl.DataFrame:
    return pl.read_csv(text, has_header=False, infer_schema=False, null_values="")


def _last_row_end(text: bytes) -> int:
    """Return where the last whole row ends; a line end between two quotes does not end a row."""
    end = text.rfind(LINE_END)
    while end >= 0 and text.count(QUOTE, 0, end) % 2:
        end = text.rfind(LINE_END, 0, end)
    return end + 1


def first_rows(file: IO[bytes], rows: int) -> list[bytes]:
    """Return the header and the first rows as they are written."""
    return list(islice(_raw_rows(file), rows + 1))


def _raw_rows(file: IO[bytes]) -> Iterator[bytes]:
    row = b""
    for line in file:
        row += line
        if row.count(QUOTE) % 2 == 0:
            yield row
            row = b""
    if row:
        yield row


def first_cell(row: bytes) -> str:
    """Return the first cell of a row."""
    return next(csv.reader(io.StringIO(row.decode(), newline="")))[0]
