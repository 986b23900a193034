"""A grid as plain values: its columns, its rows, the words around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from registry.metadata import Topic
from registry.web.entry.lines import Line


@dataclass(frozen=True)
class Column:
    """One column: `key` names the control or the computed value of its cells."""

    key: str
    title: str
    unit: str = ""
    note: str = ""
    is_computed: bool = False
    is_wide: bool = False


@dataclass
class Grid:
    """One grid. `more_words` is what its button for further rows says; `empty_words` why there are no rows."""

    topic: Topic
    title: str
    columns: list[Column]
    lines: list[Line]
    head: str = ""
    more: int = 0
    more_words: str = ""
    empty_words: str = ""
    is_by_day: bool = False
    units: list[Any] = field(default_factory=list)

    @property
    def code(self) -> str:
        """Return the code of its topic."""
        return self.topic.code

    @property
    def width(self) -> int:
        """Return how many columns its table has, row header and delete box included."""
        return len(self.columns) + 2

    @property
    def saved_lines(self) -> list[Line]:
        """Return the rows that are in the record."""
        return [line for line in self.lines if line.typed_id or (getattr(line, "cells", None) and not line.is_blank)]

    def cells(self, line: Line) -> Iterator[tuple[Column, Any]]:
        """Yield the cells of a row: a control, or a computed value."""
        for column in self.columns:
            yield column, (line.computed if column.is_computed else line.boxes).get(column.key)
