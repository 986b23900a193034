"""Where queries stand on the pages of their cases: what the place is called, and its address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from registry.checks.engine import Finding
from registry.metadata import Topic, topic_named
from registry.metadata.forms import Shape, form_of_topic
from registry.models import DataQuery, QueryState
from registry.rules.labs import Analyte
from registry.selectors.row_names import Row, RowName, first_infusions, row_names
from registry.web.entry.days import day_title

NO_NAME = RowName(())
# Of a laboratory result the row is named by the analyte: "value" would say nothing more.
SAYS_NOTHING = frozenset({("lab", "value")})


@dataclass(frozen=True)
class QueryPlace:
    """Where a query stands: "CRS episode 1, day +5, highest temperature", and the address of that place."""

    words: str
    url: str


def query_places(user: Any, queries: Sequence[DataQuery]) -> dict[UUID, QueryPlace]:
    """Return query -> its place, in one database query a topic and one more, however many queries there are.

    The address is that of the thread beneath the cell; of the row where the query is closed.
    """
    names = row_names(user, ((query.topic, query.row_id) for query in queries))
    days = first_infusions(user, {query.patient_id for query in queries})
    return {query.pk: _place(query, names.get((query.topic, query.row_id)), days) for query in queries}


def finding_places(user: Any, findings: Sequence[Finding]) -> dict[Row, QueryPlace]:
    """Return (topic, row) -> the place of violations, as those of queries."""
    names = row_names(user, ((finding.check.topic.code, finding.row_id) for finding in findings))
    days = first_infusions(user, {finding.patient_id for finding in findings}) if findings else {}
    return {
        (finding.check.topic.code, finding.row_id): _place_of(
            finding, names.get((finding.check.topic.code, finding.row_id)), days.get(finding.patient_id)
        )
        for finding in findings
    }


def _place_of(finding: Finding, name: RowName | None, day_0: dt.date | None) -> QueryPlace:
    topic = finding.check.topic
    url = page_address(finding.patient_id, topic.code, finding.row_id, name or NO_NAME)
    words = [row_words(topic, name or NO_NAME, day_0), field_words(topic.code, finding.check.fields[0])]
    return QueryPlace(", ".join(filter(None, words)), f"{url}#row-{finding.row_id}")


def _place(query: DataQuery, name: RowName | None, days: dict[UUID, dt.date]) -> QueryPlace:
    anchor = f"row-{query.row_id}" if query.state == QueryState.CLOSED else f"query-{query.pk}"
    url = page_address(query.patient_id, query.topic, query.row_id, name) if name else _case(query.patient_id)
    words = row_words(topic_named(query.topic), name or NO_NAME, days.get(query.patient_id))
    return QueryPlace(", ".join(filter(None, [words, field_words(query.topic, query.field)])), f"{url}#{anchor}")


def page_address(case: UUID, code: str, row: UUID, name: RowName) -> str:
    """Return the address of the page on which a row stands; of the case where there is no such page."""
    try:
        form = form_of_topic(code)
    except LookupError:
        return _case(case)
    if form.shape is Shape.REPEATED:
        return reverse("case_form_row", args=[case, form.code, name.head or row])
    return reverse("case_form", args=[case, form.code])


def _case(patient_id: UUID) -> str:
    return reverse("case", args=[patient_id])


def row_words(topic: Topic, name: RowName, day_0: dt.date | None) -> str:
    """Return what a row is called in a list of many: its form, its number or day."""
    try:
        form = form_of_topic(topic.code)
    except LookupError:
        return _(topic.label)
    number, keys = name.head_number, list(_keys(name.key, day_0))
    if form.shape is Shape.REPEATED and number is None and name.key:
        number, keys = name.key[0], []
    return ", ".join([f"{_(form.label)} {number}" if number is not None else _(form.label), *keys])


def _keys(values: Iterable[Any], day_0: dt.date | None) -> Iterable[str]:
    for value in values:
        match value:
            case dt.date():
                yield _("day %(day)s") % {"day": day_title(value, day_0)} if day_0 else day_title(value, day_0)
            case dt.time():
                yield f"{value:%H:%M}"
            case int():
                yield _("no. %(number)s") % {"number": value}
            case str() if value in set(Analyte):
                yield _(Analyte(value).label)


def field_words(topic: str, name: str) -> str:
    """Return what a field is called; nothing for a row as a whole."""
    if not name or (topic, name) in SAYS_NOTHING:
        return ""
    return next((str(field.verbose_name) for field in topic_named(topic).fields if field.name == name), name)
