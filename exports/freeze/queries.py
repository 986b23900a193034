"""The queries of the freeze: named columns of eligible cases, and the counts that the written tables must meet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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


def eligible_cases(site_ids: Iterable[UUID]) -> Cases:
    """Return the subquery of the ids of eligible patients."""
    chosen = eligible(Patient.objects.using(EXPORT_ALIAS), site_ids).values_list("id")
    text, parameters = chosen.query.sql_with_params()
    return Cases(text, tuple(parameters))


def copy_query(table: ReleasedTable, cases: Cases) -> sql.Composed:
    """Return the COPY of a table's rows as CSV with a header; its parameters are those of the cases."""
    columns = [sql.SQL("{}.id AS {}").format(PATIENT, sql.Identifier(SUBJECT_ID))]
    columns += [sql.SQL("{} AS {}").format(column.expression, sql.Identifier(column.name)) for column in table.read]
    query = sql.SQL("SELECT {} {}").format(sql.SQL(", ").join(columns), _rows(table.topic, cases))
    return sql.SQL("COPY ({}) TO STDOUT (FORMAT csv, HEADER)").format(query)


def count_query(tables: Sequence[ReleasedTable], cases: Cases) -> sql.Composed:
    """Return the query of the number, rows, patients and sites of each table: one pass, the cases chosen once."""
    chosen = Cases("SELECT id FROM cases", ())
    each = [_count(number, table, chosen) for number, table in enumerate(tables)]
    return sql.SQL("WITH cases AS MATERIALIZED ({}) {}").format(sql.SQL(cases.text), sql.SQL(" UNION ALL ").join(each))


def _count(number: int, table: ReleasedTable, cases: Cases) -> sql.Composed:
    per_patient = sql.SQL("SELECT {p}.id, {p}.site_id, count(*) AS n {rows} GROUP BY 1, 2").format(
        p=PATIENT, rows=_rows(table.topic, cases, with_day_0=False)
    )
    return sql.SQL(
        "SELECT {}, coalesce(sum(n), 0)::bigint, count(*), count(DISTINCT site_id) FROM ({}) AS people"
    ).format(sql.Literal(number), per_patient)


def _rows(topic: Topic, cases: Cases, *, with_day_0: bool = True) -> sql.Composed:
    """Return FROM and WHERE: the row, the rows above it, its patient, and what gives day 0 and the product.

    A count needs neither of the last two; every case has an index course and every course a product.
    """
    parts = [sql.SQL("FROM {} AS {}").format(_table(topic), ROW)]
    below: sql.Identifier = ROW
    for step, entry in _way_up(topic):
        parts.append(_join(entry, sql.SQL("{}.{}").format(below, sql.Identifier(f"{step}_id"))))
        below = alias_of(entry)
    parts += _own_alias(topic)
    if with_day_0 and COURSE not in {entry.code for entry in (topic, *topic.ancestors)}:
        parts.append(_index_course())
    if with_day_0 and topic.model is InfusionCourse:
        parts.append(_product())
    parts.append(sql.SQL("WHERE {}.id IN ({})").format(PATIENT, sql.SQL(cases.text)))
    return sql.SQL(" ").join(parts)


def _way_up(topic: Topic) -> Iterable[tuple[str, Topic]]:
    """Yield each foreign key up and the topic that it leads to, nearest first."""
    while topic.parent is not None and topic.parent_topic is not None:
        yield topic.parent, topic.parent_topic
        topic = topic.parent_topic


def _own_alias(topic: Topic) -> list[sql.Composed]:
    """The patient is its own patient, and a course its own origin."""
    return [_join(topic, sql.SQL("{}.id").format(ROW))] if topic.code in {PEOPLE, COURSE} else []


def _join(entry: Topic, key: sql.Composed) -> sql.Composed:
    alias = alias_of(entry)
    return sql.SQL("JOIN {} AS {} ON {}.id = {}").format(_table(entry), alias, alias, key)


def _index_course() -> sql.Composed:
    table = sql.Identifier(InfusionCourse._meta.db_table)
    return sql.SQL("JOIN {} AS {o} ON {o}.patient_id = {p}.id AND {o}.course_no = {no}").format(
        table, o=ORIGIN, p=PATIENT, no=sql.Literal(INDEX_COURSE)
    )


def _product() -> sql.Composed:
    table = sql.Identifier(Product._meta.db_table)
    return sql.SQL("JOIN {} AS {product} ON {product}.code = {r}.product_id").format(table, product=PRODUCT, r=ROW)


def _table(topic: Topic) -> sql.Identifier:
    return sql.Identifier(topic.model._meta.db_table)
