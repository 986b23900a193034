"""The queries of the freeze: named columns of eligible cases."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import sql

from exports.freeze.eligibility import INDEX_COURSE, eligible
from exports.freeze.policy import EXPORT_ALIAS
from exports.freeze.privacy import ORIGIN, PATIENT, PRODUCT, ROW
from exports.freeze.tables import ReleasedTable, alias_of
from registry.metadata import Topic
from registry.models import InfusionCourse, Patient, Product

SUBJECT_ID = "subject_id"
COURSE, PEOPLE = "infusion_course", "patient"


@dataclass(frozen=True)
class Cases:
    """The cases that leave, as a subquery with its parameters."""

    text: str
    parameters: tuple[Any, ...]


def eligible_cases(site_ids: Iterable[UUID], blocked: Collection[UUID] = ()) -> Cases:
    """Return the subquery of the ids and sites of eligible patients."""
    chosen = eligible(Patient.objects.using(EXPORT_ALIAS), site_ids, blocked).values_list("id", "site_id")
    text, parameters = chosen.query.sql_with_params()
    return Cases(text, tuple(parameters))


def copy_query(table: ReleasedTable, cases: Cases) -> sql.Composed:
    """Return the COPY of a table's rows as CSV with a header; its parameters are those of the cases."""
    columns = [sql.SQL("{}.id AS {}").format(PATIENT, sql.Identifier(SUBJECT_ID))]
    columns += [sql.SQL("{} AS {}").format(column.expression, sql.Identifier(column.name)) for column in table.read]
    query = sql.SQL("SELECT {} {}").format(sql.SQL(", ").join(columns), _rows(table.topic, cases))
    return sql.SQL("COPY ({}) TO STDOUT (FORMAT csv, HEADER)").format(query)


def _rows(topic: Topic, cases: Cases) -> sql.Composed:
    """Return FROM and WHERE: the row, the rows above it, its patient, and what gives day 0 and the product."""
    parts = [sql.SQL("FROM {} AS {}").format(table_of(topic), ROW)]
    below: sql.Identifier = ROW
    for step, entry in way_up(topic):
        parts.append(_join(entry, sql.SQL("{}.{}").format(below, step)))
        below = alias_of(entry)
    if topic.code in {PEOPLE, COURSE}:
        # The patient is its own patient, and a course its own origin.
        parts.append(_join(topic, sql.SQL("{}.id").format(ROW)))
    if COURSE not in {entry.code for entry in (topic, *topic.ancestors)}:
        parts.append(_index_course())
    if topic.model is InfusionCourse:
        parts.append(_product())
    parts.append(sql.SQL("WHERE {}.id IN (SELECT id FROM ({}) AS cases)").format(PATIENT, sql.SQL(cases.text)))
    return sql.SQL(" ").join(parts)


def way_up(topic: Topic) -> Iterator[tuple[sql.Identifier, Topic]]:
    """Yield the column of each foreign key up and the topic that it leads to, nearest first."""
    while topic.parent is not None and topic.parent_topic is not None:
        yield sql.Identifier(f"{topic.parent}_id"), topic.parent_topic
        topic = topic.parent_topic


def _join(entry: Topic, key: sql.Composed) -> sql.Composed:
    alias = alias_of(entry)
    return sql.SQL("JOIN {} AS {} ON {}.id = {}").format(table_of(entry), alias, alias, key)


def _index_course() -> sql.Composed:
    table = sql.Identifier(InfusionCourse._meta.db_table)
    return sql.SQL("JOIN {} AS {o} ON {o}.patient_id = {p}.id AND {o}.course_no = {no}").format(
        table, o=ORIGIN, p=PATIENT, no=sql.Literal(INDEX_COURSE)
    )


def _product() -> sql.Composed:
    table = sql.Identifier(Product._meta.db_table)
    return sql.SQL("JOIN {} AS {product} ON {product}.code = {r}.product_id").format(table, product=PRODUCT, r=ROW)


def table_of(topic: Topic) -> sql.Identifier:
    """Return the table of a topic."""
    return sql.Identifier(topic.model._meta.db_table)
