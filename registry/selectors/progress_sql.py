"""The statement that reads how far many cases are: rows of every topic, what is empty in them, said or asked."""

# ruff: noqa: S608 -- names in the statements come from the declarations, values are parameters

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, models

from registry.metadata import CodedVariable, FlagVariable, Privacy, Topic, topic_named
from registry.metadata.fields import VariableField
from registry.metadata.forms import FORMS
from registry.models import CaseLock, DataQuery, Draft, FormStatus, NoneOccurred, QueryState, Signature, SiteLock
from registry.rules.outcome import VitalStatus
from registry.selectors.record_sql import each_case, rows_of, table_of, wanted_cases

NOT_COUNTED = frozenset({Privacy.FREE_TEXT, Privacy.DIRECT})
DEATH, FOLLOW_UP = "death", "follow_up"
ROWS, ASKED, COMPLETE, NONE, DRAFT, LOCKED, SIGNED = "rows", "asked", "complete", "none", "draft", "locked", "signed"
_IS_DEAD = f"f.vital_status = '{VitalStatus.DEAD.value}'"


class Said(NamedTuple):
    """One thing about one case.

    `name` is a topic, with DRAFT a form, with SIGNED the hash of the record that the newest signature stands under,
    empty for the whole case; with ROWS, `empty` says how often each of the `counted_fields` has no value nor reason;
    with ASKED, `rows` counts the open queries.
    """

    case: UUID
    kind: str
    name: str
    rows: int
    empty: list[int] | None


def counted_fields(topic: Topic) -> tuple[VariableField, ...]:
    """Return the fields that want a value or a reason: no keys, no words, nothing optional or identifying."""
    return tuple(field for field in topic.entered_fields if _is_counted(topic, field))


def _is_counted(topic: Topic, field: VariableField) -> bool:
    variable = field.variable
    is_free = variable is None or variable.optional or variable.privacy in NOT_COUNTED
    return not (is_free or field.name in topic.key or not field.null)


def read_progress(patient_ids: Collection[UUID], owner: Any) -> list[Said]:
    """Return what there is to say about these cases, in one query; the drafts are those of one person."""
    with connection.cursor() as cursor:
        cursor.execute(_statement(), {"cases": list(patient_ids), "owner": owner})
        return [Said(*row) for row in cursor.fetchall()]


@cache
def _statement() -> str:
    counted = [_counted(topic) for form in FORMS for topic in form.topics]
    return wanted_cases() + " UNION ALL ".join([*counted, _death_to_enter(), _asked_about(), *_marks()])


def _counted(topic: Topic) -> str:
    found, patient = rows_of(topic)
    only = ""
    if topic.code == DEATH:
        # Asked about the dead alone; a death of somebody who is not said to be dead is a row all the same.
        found += f" LEFT JOIN {table_of(FOLLOW_UP)} f ON f.patient_id = r.patient_id AND {_IS_DEAD}"
        only = "f.id IS NOT NULL AND "
    empty = (f"count(*) FILTER (WHERE {only}{_is_empty(topic, field)})::int" for field in counted_fields(topic))
    counts = f"count(*)::int, ARRAY[{', '.join(empty)}]::int[]"
    return f"SELECT {patient}, '{ROWS}', '{topic.code}', {counts} FROM {found} GROUP BY 1"


def _death_to_enter() -> str:
    """Return the query of those who are said to be dead and have no death: every field that is always asked counts."""
    empty = ", ".join("0" if _asked(field) else "1" for field in counted_fields(topic_named(DEATH)))
    return (
        f"SELECT r.patient_id, '{ROWS}', '{DEATH}', 0, ARRAY[{empty}]::int[] FROM {each_case(table_of(FOLLOW_UP))}"
        f" WHERE r.vital_status = '{VitalStatus.DEAD.value}'"
        f" AND NOT EXISTS (SELECT FROM {table_of(DEATH)} d WHERE d.patient_id = r.patient_id) GROUP BY 1"
    )


def _asked_about() -> str:
    """Return the query of how many open queries each topic has."""
    rows = each_case(f"public.{DataQuery._meta.db_table}")
    counts = f"SELECT r.patient_id, '{ASKED}', r.topic, count(*)::int, NULL::int[]"
    return f"{counts} FROM {rows} WHERE r.state = '{QueryState.OPEN.value}' GROUP BY 1, 3"


def _marks() -> Iterator[str]:
    """Yield the queries of what was said about forms, not in them; the lock of a site holds the whole case."""
    yield _mark(COMPLETE, FormStatus, "r.topic", "r.is_complete")
    yield _mark(NONE, NoneOccurred, "r.topic")
    yield _mark(DRAFT, Draft, "r.form", "r.owner_id = %(owner)s")
    yield _mark(LOCKED, CaseLock, "r.topic")
    site = f"public.{SiteLock._meta.db_table}"
    yield (
        f"SELECT r.patient_id, '{LOCKED}', '', 1, NULL FROM courses r"
        f" JOIN {site} l ON l.site_id = r.site_id AND r.infused_on <= l.until_on"
    )
    newest = f"SELECT * FROM public.{Signature._meta.db_table} x WHERE x.patient_id = w.patient_id"
    yield (
        f"SELECT r.patient_id, '{SIGNED}', r.record_sha256, 1, NULL FROM wanted w"
        f" CROSS JOIN LATERAL ({newest} ORDER BY x.signed_at DESC LIMIT 1) r WHERE r.voided_at IS NULL"
    )


def _mark(kind: str, model: type[models.Model], name: str, where: str = "true") -> str:
    rows = each_case(f"public.{model._meta.db_table}")
    return f"SELECT r.patient_id, '{kind}', {name}, 1, NULL FROM {rows} WHERE {where}"


def _is_empty(topic: Topic, field: VariableField) -> str:
    """Return the condition that a row should have a value or a reason in a field and has neither."""
    empty = f"{_value(field)} IS NULL AND NOT r.missing ? '{field.name}'"
    asked = _asked(field)
    if asked is None:
        return empty
    other = next(entry for entry in topic.fields if entry.name == asked[0])
    return f"{_answers(other, asked[1])} AND {empty}"


def _asked(field: VariableField) -> tuple[str, tuple[str, ...]] | None:
    return field.variable.asked_if if field.variable else None


def _answers(field: VariableField, codes: tuple[str, ...]) -> str:
    """Return the condition that a field holds one of these answers; a field without an answer makes it not true."""
    if codes == ("*",):
        return f"{_value(field)} IS NOT NULL"
    if isinstance(field, FlagVariable):
        return f"r.{field.column} = ANY ('{{{','.join(codes)}}}'::boolean[])"
    listed = ", ".join(f"'{code}'" for code in codes)
    return f"r.{field.column}{'' if isinstance(field, CodedVariable) else '::text'} IN ({listed})"


def _value(field: VariableField) -> str:
    """Return the value of a field, with words that are empty as no value."""
    is_words = isinstance(field, models.CharField)
    return f"nullif(r.{field.column}, '')" if is_words else f"r.{field.column}"
