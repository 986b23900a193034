"""What the page of one case shows, as plain values: the strip of facts and one section a topic."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils.translation import gettext as _

from registry.metadata import Topic
from registry.metadata.fields import VariableField
from registry.metadata.forms import FORMS, Shape
from registry.models import InfusionCourse, Patient
from registry.selectors.cases import case_rows, case_topics
from registry.selectors.progress import Standing
from registry.web.case_cells import Cell, cell_of, heading_unit
from registry.web.case_queries import list_of_case
from registry.web.entry.rail import rail_of
from sites.access import can
from sites.roles import Permission

DONE = frozenset({Standing.COMPLETE, Standing.NONE_OCCURRED, Standing.SIGNED, Standing.LOCKED})
# A table of few rows and many columns is turned, so that it is read downwards instead of scrolled sideways.
TURN_ROWS, TURN_COLUMNS = 3, 8


@dataclass(frozen=True)
class Column:
    """One column: its words and unit; `is_computed` where the registry works the value out itself."""

    title: str
    unit: str
    is_computed: bool


@dataclass(frozen=True)
class Line:
    """One row of the record: its key, what it is called among its siblings, and its cells."""

    pk: UUID
    name: str
    cells: list[Cell]


@dataclass(frozen=True)
class Section:
    """The rows of one topic of a case."""

    topic: Topic
    title: str
    columns: list[Column]
    lines: list[Line]

    @property
    def is_turned(self) -> bool:
        """Tell whether the rows stand side by side."""
        return len(self.lines) <= TURN_ROWS and len(self.columns) > TURN_COLUMNS

    @property
    def turned(self) -> list[tuple[Column, list[Cell]]]:
        """Return column by column the cells of all rows."""
        return [(column, [line.cells[n] for line in self.lines]) for n, column in enumerate(self.columns)]


def case_page(user: Any, patient: Patient) -> dict[str, Any]:
    """Return the values of the page. One query a topic, whatever the number of rows."""
    rows = {topic: case_rows(user, topic, patient) for topic in case_topics()}
    index = _index_course(rows)
    day_0 = index.infused_on if index else None
    sections = sections_of(rows)
    stops = rail_of(user, patient)
    return {
        "patient": patient,
        "index": index,
        "day_0": day_0,
        "sections": sections,
        "stops": stops,
        "here": ("", ""),
        "forms_total": len(FORMS),
        "forms_done": sum(known.standing in DONE for known in {stop.form: stop.progress for stop in stops}.values()),
        "queries_url": list_of_case(patient),
        "addable": [form for form in FORMS if form.shape is Shape.REPEATED],
        "may_edit": can(user, Permission.CASE_EDIT, patient.site_id),
    }


def sections_of(rows: Mapping[Topic, list[Model]]) -> list[Section]:
    """Return the rows of a case as sections; days count from the first infusion among them."""
    index = _index_course(rows)
    day_0 = index.infused_on if index else None
    return [_section(topic, found, day_0) for topic, found in rows.items()]


def _index_course(rows: Mapping[Topic, list[Model]]) -> InfusionCourse | None:
    courses = next(found for topic, found in rows.items() if topic.model is InfusionCourse)
    return next((course for course in courses if course.course_no == 1), None)


def _section(topic: Topic, rows: list[Model], day_0: dt.date | None) -> Section:
    lines = [Line(row.pk, _name(topic, row), [cell_of(row, f, day_0) for f in topic.fields]) for row in rows]
    return Section(topic, _(topic.label), [_column(field) for field in topic.fields], lines)


def _column(field: VariableField) -> Column:
    is_computed = bool(field.variable and field.variable.derived)
    return Column(str(field.verbose_name), heading_unit(field), is_computed)


def _name(topic: Topic, row: Model) -> str:
    """Return the row's own number after those of the rows above, such as 1.2 for the second episode of a course."""
    above = topic.parent_topic
    if above is None or topic.parent is None:
        return ""
    own = (getattr(row, name) for name in topic.key)
    before = _name(above, getattr(row, topic.parent)) if above.parent else ""
    return ".".join([*filter(None, [before]), *(str(value) for value in own if isinstance(value, int))])
