"""The rows that data queries are about: which values are asked about, what is suggested instead, what stands beside."""

from __future__ import annotations

import copy
import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Model

from registry.checks.declared import check_named
from registry.metadata import Topic, topic_named
from registry.metadata.fields import VariableField
from registry.models import DataQuery, QueryState
from registry.selectors.cases import NOT_ON_CASE_PAGES
from registry.services.suggestions import suggestion_of
from registry.web.case_cells import Cell, cell_of, heading_unit
from sites.access import can
from sites.roles import Permission


@dataclass(frozen=True)
class Asked:
    """One value that a query is about: its field, what stands there, and what is suggested instead."""

    label: str
    unit: str
    cell: Cell
    suggested: Cell | None = None


def records_of(user: Any, queries: Collection[DataQuery]) -> dict[UUID, Model]:
    """Return row -> record of the rows that queries are about, one database query a topic.

    Who the patient is stands apart: the values of such rows are shown by their own act alone.
    """
    by_topic: defaultdict[str, set[UUID]] = defaultdict(set)
    for query in queries:
        if query.topic not in NOT_ON_CASE_PAGES:
            by_topic[query.topic].add(query.row_id)
    found: dict[UUID, Model] = {}
    for code, keys in sorted(by_topic.items()):
        topic = topic_named(code)
        related = [field.name for field in topic.fields if field.is_relation]
        found |= topic.model._default_manager.visible_to(user).select_related(*related).in_bulk(keys)
    return found


def fields_of(query: DataQuery) -> list[VariableField]:
    """Return the fields that a query is about, the one to correct first; none for the row as a whole."""
    names = check_named(query.check_code).fields if query.check_code else (query.field,) if query.field else ()
    declared = {field.name: field for field in topic_named(query.topic).fields}
    return [declared[name] for name in names if name in declared]


def asked_values(
    query: DataQuery, record: Model | None, day_0: dt.date | None, suggested: Mapping[str, Any]
) -> list[Asked]:
    """Return the values that a query is about, beside those that are suggested."""
    if record is None:
        return []
    changed = _changed(record, suggested)
    fields = {field.name: field for field in fields_of(query)}
    declared = {field.name: field for field in topic_named(query.topic).fields}
    fields |= {name: declared[name] for name in suggested if name in declared}
    return [
        Asked(
            str(field.verbose_name),
            heading_unit(field),
            cell_of(record, field, day_0),
            cell_of(changed, field, day_0) if name in suggested else None,
        )
        for name, field in fields.items()
    ]


def suggested_for(user: Any, query: DataQuery, record: Model | None) -> Mapping[str, Any]:
    """Return what this person may take over with one act: nothing without the right to edit, or once it is settled."""
    if record is None or query.state == QueryState.CLOSED or not can(user, Permission.CASE_EDIT, query.site_id):
        return {}
    return suggestion_of(query, record)


def suggestion_key(suggested: Mapping[str, Any]) -> str:
    """Return a suggestion as text, so that what is taken over is what was shown."""
    return ";".join(f"{name}={value}" for name, value in sorted(suggested.items()))


def _changed(record: Model, values: Mapping[str, Any]) -> Model:
    found = copy.copy(record)
    for name, value in values.items():
        field: Any = found._meta.get_field(name)
        is_key = field.is_relation and not isinstance(value, Model)
        setattr(found, field.attname if is_key else name, value)
    return found


def _key_fields(topic: Topic) -> Iterator[VariableField]:
    yield from (field for field in topic.fields if field.name in topic.key)


@dataclass(frozen=True)
class Neighbour:
    """A row beside the one asked about: its cells, and whether it is that row itself."""

    cells: list[Cell]
    is_asked: bool


def neighbours_of(
    query: DataQuery, record: Model | None, day_0: dt.date | None, beside: int = 2
) -> tuple[list[VariableField], list[Neighbour]]:
    """Return the rows before and after the one asked about, with the fields by which they are told apart and compared.

    Neighbours are rows below the same parent in their order; of laboratory results those of the same analyte.
    """
    topic = topic_named(query.topic)
    asked = fields_of(query)
    if record is None or topic.parent is None or not asked:
        return [], []
    near = _near(list(_siblings(topic, record)), record, beside)
    fields = list({field.name: field for field in (*_key_fields(topic), *asked)}.values())
    lines = [Neighbour([cell_of(row, field, day_0) for field in fields], row.pk == record.pk) for row in near]
    return (fields, lines) if len(lines) > 1 else ([], [])


def _siblings(topic: Topic, record: Any) -> Sequence[Model]:
    rows = topic.model._default_manager.filter(**{str(topic.parent): getattr(record, f"{topic.parent}_id")})
    if topic.code == "lab":
        return rows.filter(analyte=record.analyte).order_by("sampled_on", "pk")
    return rows.order_by(*topic.key, "pk")


def _near(rows: list[Model], record: Model, beside: int) -> list[Model]:
    here = next((number for number, row in enumerate(rows) if row.pk == record.pk), None)
    return [] if here is None else rows[max(here - beside, 0) : here + beside + 1]
