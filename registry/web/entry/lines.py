"""One row of the record on an entry page: its controls, what is computed of it, what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from registry.metadata import Topic
from registry.metadata.fields import VariableField
from registry.services.rows import auto_key
from registry.web.entry.control import Box


@dataclass
class Computed:
    """A value that the registry works out; `tone` is "differs" beside another grade, "waits" while something lacks.

    `query` is the state of a data query that speaks of it.
    """

    key: str
    label: str
    text: str = ""
    tone: str = ""
    title: str = ""
    query: str = ""


@dataclass
class Choice:
    """A field that two people changed: its control, both values as text, and which one was chosen ("" for none yet)."""

    box: Box
    theirs: str
    other: str
    other_at: datetime | None
    chosen: str = ""

    @property
    def name(self) -> str:
        """Return the name of the control by which one chooses."""
        return f"choose-{self.box.name}"


@dataclass
class Line:
    """One row on the page. `typed_id` and `version` name the row as the person saw it.

    `threads` are the data queries that stand beneath it; `query` is the state of one that speaks of the day itself.
    """

    slot: str
    topic: Topic
    record: Any = None
    typed_id: str = ""
    version: int = 0
    above: str = ""
    title: str = ""
    title_note: str = ""
    title_tip: str = ""
    boxes: dict[str, Box] = field(default_factory=dict)
    computed: dict[str, Computed] = field(default_factory=dict)
    says: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    threads: list[Any] = field(default_factory=list)
    query: str = ""
    is_deleted: bool = False
    hidden: dict[str, str] = field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        """Tell whether the row is not in the record yet."""
        return not self.typed_id

    @property
    def is_blank(self) -> bool:
        """Tell whether it is a row to fill in and nobody has."""
        return self.is_new and not any(box.is_changed for box in self.boxes.values())

    @property
    def has_errors(self) -> bool:
        """Tell whether something in it cannot be saved."""
        return bool(self.errors) or any(box.errors for box in self.boxes.values())

    @property
    def needs_saving(self) -> bool:
        """Tell whether the page has something to write of it."""
        return not self.is_blank and (self.is_new or self.is_deleted or self.is_touched)

    @property
    def is_touched(self) -> bool:
        """Tell whether a control differs from what is saved."""
        return any(box.is_changed for box in self.boxes.values())

    @property
    def hidden_inputs(self) -> Iterator[tuple[str, str]]:
        """Yield the names and texts of its hidden controls."""
        yield f"{self.slot}-id", self.typed_id
        yield f"{self.slot}-version", str(self.version)
        if self.above:
            yield f"{self.slot}-above", self.above
        for key, text in self.hidden.items():
            yield f"{self.slot}-{key}", text

    def value(self, name: str) -> Any:
        """Return what a control of the row is read as; None for nothing, a missing reason or an error."""
        return self.boxes[name].state.value if name in self.boxes else None

    def by_name(self) -> dict[str, Box]:
        """Return its controls by their names on the page."""
        return {box.name: box for box in self.boxes.values()}


def shown_fields(topic: Topic) -> list[VariableField]:
    """Return the fields that have a control: all that people fill in but the number of the row."""
    return [entered for entered in topic.entered_fields if entered.name != auto_key(topic)]
