"""The page on which a data manager asks about a value: the case, the row, and what stands in each of its fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext as _

from registry.metadata import Topic
from registry.models import DataQuery, Patient, QueryState
from registry.selectors.cases import case_rows, case_topics, cases_visible
from registry.selectors.row_names import first_infusions, row_names
from registry.web.case_cells import Cell, cell_of, heading_unit
from registry.web.query_links import NO_NAME, page_address, row_words


@dataclass(frozen=True)
class AskedRow:
    """One row that can be asked about: its case, its topic, what it is called and where it stands."""

    patient: Patient
    topic: Topic
    record: Model
    words: str
    url: str
    cells: tuple[tuple[str, str, str, Cell], ...]

    @property
    def values(self) -> list[tuple[str, str]]:
        """Return its fields with what stands in them, as choices."""
        return [(name, f"{label}: {_shown(cell, unit)}") for name, label, unit, cell in self.cells]


def _shown(cell: Cell, unit: str) -> str:
    text = cell.missing or cell.text
    if not text:
        return _("empty")
    return f"{text} {cell.unit or unit}".strip() if cell.text else text


def asked_row(user: Any, asked: Mapping[str, str]) -> AskedRow | None:
    """Return the row that an address names; None where there is none or the person may not see it."""
    patient = cases_visible(user).select_related("site").filter(pk=_uuid(asked.get("patient"))).first()
    topic = next((topic for topic in case_topics() if topic.code == asked.get("topic")), None)
    if patient is None or topic is None:
        return None
    row_id = _uuid(asked.get("row"))
    record = next((row for row in case_rows(user, topic, patient) if row.pk == row_id), None)
    return _row(user, patient, topic, record) if record is not None else None


def _row(user: Any, patient: Patient, topic: Topic, record: Model) -> AskedRow:
    name = row_names(user, [(topic.code, record.pk)]).get((topic.code, record.pk), NO_NAME)
    day_0 = first_infusions(user, [patient.pk]).get(patient.pk)
    cells = tuple(
        (field.name, str(field.verbose_name), heading_unit(field), cell_of(record, field, day_0))
        for field in topic.fields
    )
    words = row_words(topic, name, day_0)
    return AskedRow(
        patient, topic, record, words, f"{page_address(patient.pk, topic.code, record.pk, name)}#row-{record.pk}", cells
    )


def asking_address(patient: Patient, topic: Topic, record: Model) -> str:
    """Return the address on which a question about a row is asked."""
    return f"{reverse('query_new')}?{urlencode({'patient': patient.pk, 'topic': topic.code, 'row': record.pk})}"


def case_choices(user: Any, patient: Patient) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield topic by topic the rows of a case, each with its words and the address on which it is asked about."""
    rows = {topic: case_rows(user, topic, patient) for topic in case_topics()}
    names = row_names(user, ((topic.code, row.pk) for topic, found in rows.items() for row in found))
    day_0 = first_infusions(user, [patient.pk]).get(patient.pk)
    for topic, found in rows.items():
        if found:
            yield (
                _(topic.label),
                [
                    (
                        row_words(topic, names.get((topic.code, row.pk), NO_NAME), day_0),
                        asking_address(patient, topic, row),
                    )
                    for row in found
                ],
            )


def cases_named(user: Any, study_id: str) -> list[Patient]:
    """Return the cases with a study id, of which each site may have one."""
    spellings = {study_id, study_id.upper()}
    return list(cases_visible(user).filter(study_id__in=spellings).select_related("site").order_by("site__code"))


def asked_before(user: Any, row: AskedRow) -> list[DataQuery]:
    """Return what is asked about the row already and not settled."""
    found = DataQuery.objects.visible_to(user).filter(row_id=row.record.pk).exclude(state=QueryState.CLOSED)
    return list(found.select_related("site", "patient").order_by("rank", "asked_at"))


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
