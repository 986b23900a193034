"""The least that a page can cost: one statement in which the database writes the rows, nested as deep as they go."""

# ruff: noqa: S608 -- names in the statements come from the declarations, values are parameters

from __future__ import annotations

from typing import Any
from uuid import UUID

from registry.metadata import DateVariable, DecimalVariable, Topic, topic_named
from registry.metadata.fields import VariableField
from registry.selectors.cases import case_topics


def cases(rows: int, study_id: str, key: UUID | None) -> tuple[str, list[Any]]:
    """Return the statement of a page of cases with all rows below them, behind a case if one is named."""
    patient = topic_named("patient")
    beyond = "WHERE p.study_id >= %s AND (p.study_id, p.id) > (%s, %s)" if key else ""
    page = (
        f"SELECT {_columns(patient, 'p')}{_below(patient, 'p')} FROM registry_patient p"
        f" JOIN study_sites_site s ON s.id = p.site_id {beyond} ORDER BY p.study_id, p.id LIMIT {rows}"
    )
    return f"SELECT json_agg(page)::text FROM ({page}) page", [study_id, study_id, key] if key else []


def labs(rows: int, key: UUID | None) -> tuple[str, list[Any]]:
    """Return the statement of a page of results, behind one if it is named."""
    page = (
        f"SELECT {_columns(topic_named('lab'), 'r')} FROM registry_labresult r"
        " JOIN registry_infusioncourse c ON c.id = r.course_id JOIN registry_patient p ON p.id = c.patient_id"
        f" JOIN study_sites_site s ON s.id = r.site_id {'WHERE r.id > %s' if key else ''} ORDER BY r.id LIMIT {rows}"
    )
    return f"SELECT json_agg(page)::text FROM ({page}) page", [key] if key else []


def _columns(topic: Topic, row: str) -> str:
    parent = f"{row}.{topic.parent}_id" if topic.parent else "NULL"
    head = f'{row}.id, {row}.version, s.code AS site, p.study_id AS "case", p.id AS patient, {parent} AS parent'
    values = [f'{_value(field, row)} AS "{field.name}"' for field in topic.fields]
    return ", ".join([head, *values, f"{row}.missing"])


def _value(field: VariableField, row: str) -> str:
    if isinstance(field, DecimalVariable):
        return f"trim_scale({row}.{field.column})"
    if isinstance(field, DateVariable) and field.partial:
        known = f"CASE {row}.{field.name}_precision WHEN 'YEAR' THEN 4 WHEN 'MONTH' THEN 7 ELSE 10 END"
        return f"left({row}.{field.column}::text, {known})"
    return f"{row}.{field.column}"


def _below(topic: Topic, above: str) -> str:
    """Return the columns of the rows below a row."""
    return "".join(f', ({_rows(child)}) AS "{child.code}"' for child in case_topics() if child.parent_topic is topic)


def _rows(topic: Topic) -> str:
    row, above = f"r_{topic.code}", "p" if topic.parent == "patient" else f"r_{_parent(topic)}"
    order = ", ".join(f"{row}.{name}" for name in (*topic.key, "id"))
    rows = (
        f"SELECT {_columns(topic, row)}{_below(topic, row)} FROM {topic.model._meta.db_table} {row}"
        f" WHERE {row}.{topic.parent}_id = {above}.id ORDER BY {order}"
    )
    return f"SELECT coalesce(json_agg(x), '[]') FROM ({rows}) x"


def _parent(topic: Topic) -> str:
    if topic.parent_topic is None:
        raise ValueError(f"Nothing is above {topic.code}.")
    return topic.parent_topic.code
