"""An entry page as plain values: the record of a case, what somebody has typed over it, and what follows from both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Model

from registry.metadata.forms import CaseForm, Shape
from registry.web.entry.boxes import Lists
from registry.web.entry.case import Case, page_rows
from registry.web.entry.control import Box
from registry.web.entry.grids import Grid, grid_of
from registry.web.entry.heads import head_line
from registry.web.entry.lines import Line
from registry.web.entry.slots import typed_rows
from registry.web.entry.typed import Setting

NEW = "new"


@dataclass
class Sheet:
    """One page. `row` is the key of the head row, NEW, or "" for a form without one."""

    case: Case
    form: CaseForm
    row: str
    setting: Setting
    heads: list[Line]
    grids: list[Grid]
    typed: Mapping[str, str]
    draft_at: datetime | None = None
    reason_error: str = ""
    refusal: str = ""
    saved_rows: int = 0
    violations: list[Any] = field(default_factory=list)
    merged: list[tuple[str, str]] = field(default_factory=list)

    @property
    def lines(self) -> Iterator[Line]:
        """Yield every row of the page."""
        yield from self.heads
        for grid in self.grids:
            yield from grid.lines

    @property
    def boxes(self) -> Iterator[Box]:
        """Yield every control."""
        for line in self.lines:
            yield from line.boxes.values()

    @property
    def wrong(self) -> list[tuple[Line, Box | None, str]]:
        """Return what keeps the page from being saved: the row, the control (None: the row itself) and the words."""
        found: list[tuple[Line, Box | None, str]] = []
        for line in self.lines:
            found += [(line, None, words) for words in line.errors]
            found += [(line, box, box.error) for box in line.boxes.values() if box.errors]
        return found

    def course_of(self, line: Line) -> Any:
        """Return the infusion course that a row right below one belongs to: its own, or the one chosen for it."""
        courses = self.case.courses
        if line.record is not None:
            return next((course for course in courses if course.pk == line.record.course_id), None)
        chosen = line.boxes["above"].text if "above" in line.boxes else line.above
        return next((course for course in courses if str(course.pk) == chosen), self.case.index)

    @property
    def choices(self) -> list[Any]:
        """Return the fields in which somebody has to choose between two people's values."""
        return [choice for line in self.lines for choice in line.choices]


def sheet_of(
    case: Case, form: CaseForm, head: Model | None, typed: Mapping[str, str] | None = None, *, is_new: bool = False
) -> Sheet:
    """Build the page of a form: of one head row, of a new one, or of the form's only page."""
    typed = typed or {}
    rows = page_rows(case, form, None if is_new else head)
    by_slot = typed_rows(typed)
    lists = Lists()
    course = _course_of(case, form, head)
    setting = case.setting(course)
    heads = [
        head_line(case, topic, (rows[topic] or [None])[0], by_slot.get(topic.code, {}).get(0, {}), setting, lists)
        for topic in form.head_topics
    ]
    _ask_death(form, heads)
    grids = [
        grid_of(case, topic, rows[topic], by_slot.get(topic.code, {}), typed, heads, setting, lists)
        for topic in form.list_topics
    ]
    row = (NEW if is_new else str(head.pk) if head else "") if form.shape is Shape.REPEATED else ""
    return Sheet(case, form, row, setting, heads, grids, typed)


def _course_of(case: Case, form: CaseForm, head: Any) -> Any:
    """Return the infusion course that the days of the page count from."""
    if head is None or form.shape is not Shape.REPEATED:
        return None
    own = head.pk if form.code == "infusion_course" else getattr(head, "course_id", None)
    return next((course for course in case.courses if course.pk == own), None)


def _ask_death(form: CaseForm, heads: list[Line]) -> None:
    """Ask for the death only where the patient is recorded as dead."""
    if form.code != "follow_up":
        return
    contact, death = heads
    for box in death.boxes.values():
        box.asked = box.asked or f"{contact.slot}-vital_status=DEAD"
