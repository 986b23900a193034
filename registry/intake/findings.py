"""What is found in a file, as plain data on its way to the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

LIMIT = 1000
SHOWN_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem; `row` None is the file as a whole. The words are `intake.words` of code and params."""

    code: str
    row: int | None = None
    column: str = ""
    value: str = ""
    params: dict[str, Any] = field(default_factory=dict)


@dataclass
class Findings:
    """The problems of one file: all are counted, the first `LIMIT` are kept, every rejected row is named."""

    kept: list[Finding] = field(default_factory=list)
    count: int = 0
    rows: set[int] = field(default_factory=set)

    def add(self, found: Finding) -> None:
        """Count a problem, and keep it while there is room."""
        self.count += 1
        if len(self.kept) < LIMIT:
            self.kept.append(found)
        if found.row is not None:
            self.rows.add(found.row)

    @property
    def is_file_refused(self) -> bool:
        """Tell whether a problem concerns the file as a whole."""
        return any(found.row is None for found in self.kept)
