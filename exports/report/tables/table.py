"""What a table is made of: columns, rows, cells that are text already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a row is: of numbers, a heading of the rows that follow, one that belongs to a heading, or plain words."""

    PLAIN = ""
    HEADING = "heading"
    PART = "part"
    WORDS = "words"


@dataclass(frozen=True)
class Column:
    """A column: its label, a second line such as a number of cases, whether it holds numbers."""

    label: str
    note: str = ""
    is_number: bool = True


@dataclass(frozen=True)
class Cell:
    """A cell: its text, a second line, a tone (good, bad, quiet) that its words tell as well."""

    text: str
    note: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Row:
    """A row: its head in the first column, and its cells. A heading or words fill the whole row."""

    head: str
    cells: tuple[Cell, ...] = ()
    note: str = ""
    kind: Kind = Kind.PLAIN


@dataclass(frozen=True)
class Table:
    """A table with its caption and what is said below it. `id` is unique in the report."""

    id: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """Return the number of columns."""
        return len(self.columns)


def row(head: str, *cells: str | Cell, note: str = "", kind: Kind = Kind.PLAIN) -> Row:
    """Return a row of texts."""
    made = tuple(cell if isinstance(cell, Cell) else Cell(cell) for cell in cells)
    return Row(head, made, note, kind)


def heading(words: str) -> Row:
    """Return a heading of the rows that follow."""
    return Row(words, kind=Kind.HEADING)


def sentence(words: str) -> Row:
    """Return a row of words alone."""
    return Row(words, kind=Kind.WORDS)


def table(
    name: str, caption: str, columns: Sequence[Column], rows: Iterable[Row], notes: Iterable[str] = ()
) -> Table | None:
    """Return a table; None where it has no row."""
    found = tuple(rows)
    return Table(name, caption, tuple(columns), found, tuple(note for note in notes if note)) if found else None
