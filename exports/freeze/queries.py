"""The queries of the freeze: named columns of eligible cases."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import sql

from exports.freeze.eligibility import INDEX_COURSE, eligible
from exports.freeze.policy import EXPORT_ALIAS
from exports.freeze.privacy import ORIGIN, PATIENT, PRODUCT, ROW, SEEN, ReleasedColumn
from exports.freeze.tables import ReleasedTable, alias_of
from registry.metadata import Topic
from registry.models import Death, FollowUp, InfusionCourse, Patient, Product

# Where the case of a row stands in the order of the subject keys, from 1.
PLACE = "place"
COURSE, PEOPLE = "infusion_course", "patient"
# What tells how long somebody was seen to live.
LAST_DAYS = (
    (FollowUp._meta.db_table, "last_contact_on"),
    (Death._meta.db_table, "died_on"),
    (InfusionCourse._meta.db_table, "infused_on"),
)


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


def copy_query(table: ReleasedTable) -> sql.Composed:
    """Return the COPY of a table's rows as CSV with a header, case by case in the order of the cases.

    Its one parameter is the list of the cases' ids in their order; the first column is the place of a row's case in it.
    """
    columns = [sql.SQL("who.place AS {}").format(sql.Identifier(PLACE))]
    columns += [sql.SQL("{} AS {}").format(column.expression, sql.Identifier(column.name)) for column in table.read]
    query = sql.SQL("SELECT {} {} ORDER BY who.place").format(sql.SQL(", ").join(columns), _rows(table.topic))
    return sql.SQL("COPY ({}) TO STDOUT (FORMAT csv, HEADER)").format(query)


def rare_query(table: ReleasedTable, column: ReleasedColumn) -> sql.Composed:
    """Return the query of the levels of a column that few of the listed cases hold; parameters: the list, the limit."""
    return sql.SQL("SELECT {level}::text {rows} GROUP BY {level} HAVING count(DISTINCT who.id) < %s").format(
        level=column.expression, rows=_rows(table.topic)
    )


def _rows(topic: Topic) -> sql.Composed:
    """Return FROM: the row, the rows above it, its patient among the listed ones, what gives day 0 and the product."""
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
    if topic.code in {PEOPLE, COURSE}:
        parts.append(_seen())
    parts.append(sql.SQL("JOIN unnest(%s::uuid[]) WITH ORDINALITY AS who(id, place) ON who.id = {}.id").format(PATIENT))
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


def _seen() -> sql.Composed:
    """Return the whole years from the first infusion to the last day known of a patient, 0 where none is known."""
    courses = sql.Identifier(InfusionCourse._meta.db_table)
    days = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT patient_id, {} AS day FROM {}").format(sql.Identifier(column), sql.Identifier(table))
        for table, column in LAST_DAYS
    )
    return sql.SQL(
        "JOIN (SELECT c.patient_id, coalesce(greatest(0, (max(d.day) - c.infused_on) * 4 / 1461), 0) AS years"
        " FROM {} AS c LEFT JOIN ({}) AS d ON d.patient_id = c.patient_id WHERE c.course_no = {}"
        " GROUP BY c.patient_id, c.infused_on) AS {seen} ON {seen}.patient_id = {}.id"
    ).format(courses, days, sql.Literal(INDEX_COURSE), PATIENT, seen=SEEN)


def table_of(topic: Topic) -> sql.Identifier:
    """Return the table of a topic."""
    return sql.Identifier(topic.model._meta.db_table)
