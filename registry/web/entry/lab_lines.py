"""One sample on the laboratory page: a day, perhaps a time, and a cell for each analyte; each cell is a row of the
record of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from registry.rules.labs import Analyte
from registry.web.entry.lines import Line
from registry.web.entry.typed_labs import LabTyped

MOMENT = ("sampled_on", "sampled_at")
SAMPLE = (*MOMENT, "timepoint")


@dataclass
class LabCell:
    """One result: its row in the record if there is one, as the person saw it, and what its text is read as."""

    analyte: Analyte
    record: Any
    typed_id: str
    version: int
    typed: LabTyped


@dataclass
class LabLine(Line):
    """One sample with its results."""

    cells: dict[str, LabCell] = field(default_factory=dict)

    @property
    def is_blank(self) -> bool:
        """Tell whether no result stands in it: a planned day alone is nothing to save."""
        return not any(self.boxes[analyte].text or cell.typed_id for analyte, cell in self.cells.items())

    @property
    def needs_saving(self) -> bool:
        """Tell whether something of the sample differs from what is saved."""
        return not self.is_blank and (self.is_touched or self.is_deleted)

    @property
    def hidden_inputs(self) -> Iterator[tuple[str, str]]:
        """Yield the names and texts of its hidden controls: key, version and text of each result that is saved.

        By the text as it was shown one tells a result that nobody touched from one typed anew in another unit.
        """
        if self.above:
            yield f"{self.slot}-above", self.above
        for analyte, cell in self.cells.items():
            if cell.typed_id:
                yield f"{self.slot}-{analyte}-id", cell.typed_id
                yield f"{self.slot}-{analyte}-version", str(cell.version)
                yield f"{self.slot}-{analyte}-shown", self.boxes[analyte].was
