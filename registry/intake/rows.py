"""From rows of text to staged rows: every cell converted, every problem noted, nothing kept in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from registry.intake.columns import Cell, Column, file_columns
from registry.intake.findings import SHOWN_CHARACTERS, Finding, Findings
from registry.intake.reading import Reader
from registry.metadata import EncryptedVariable, Topic
from registry.services.staging import StageRow


class RowConverter:
    """Turns the rows of one file into rows for staging; counts them as it goes."""

    def __init__(self, topic: Topic, reader: Reader, findings: Findings, *, comma: bool) -> None:
        self.reader, self.findings, self.count = reader, findings, 0
        columns = file_columns(topic, comma=comma)
        position = {name: number for number, name in enumerate(reader.header)}
        # (place in the file or None, column), in the order of the staging table
        self._plan = [(position.get(name), column) for name, column in columns.items()]
        self._width = len(reader.header)

    def staged(self) -> Iterator[StageRow]:
        """Yield every row that can at least be named; rows with problems are marked as refused."""
        for number, cells in self.reader.rows():
            self.count += 1
            if len(cells) != self._width:
                self._refuse_width(number, cells)
                continue
            row = self._converted(number, cells)
            if row is not None:
                yield row

    def _refuse_width(self, number: int, cells: Sequence[str]) -> None:
        params = {"found": len(cells), "expected": self._width}
        self.findings.add(Finding("cell_count", number, params=params))

    def _converted(self, number: int, cells: Sequence[str]) -> StageRow | None:
        values: list[str | None] = []
        reasons: dict[str, str] | None = None
        is_refused = is_nameless = False
        for place, column in self._plan:
            cell = _EMPTY if place is None else column.read(cells[place])
            if cell.error is not None:
                is_refused = True
                is_nameless = is_nameless or column.is_key
                self._note(number, column, cells[place or 0], cell)
            elif cell.reason is not None:
                reasons = {**(reasons or {}), column.name: cell.reason}
            values.append(cell.value)
            if column.is_partial:
                values.append(cell.precision)
        if is_nameless:
            return None
        return (number, is_refused, json.dumps(reasons) if reasons else None, *values)

    def _note(self, number: int, column: Column, text: str, cell: Cell) -> None:
        # What is encrypted in the record is not kept in plain text among the findings either.
        is_secret = isinstance(column.field, EncryptedVariable)
        shown = "" if is_secret else text[:SHOWN_CHARACTERS].replace("\0", "")
        self.findings.add(Finding(cell.error.code, number, column.name, shown, cell.error.params))


_EMPTY = Cell()
