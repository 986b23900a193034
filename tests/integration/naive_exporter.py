"""A second freeze, as simple as it can be: one row after the other, in plain Python, from the declarations alone.

It follows docs/releases.md and nothing of exports/, so that both are wrong only where two people misread one sentence.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from registry.metadata import (
    DateVariable,
    FlagVariable,
    Privacy,
    ReferenceVariable,
    Topic,
    Transform,
    topics,
)
from registry.metadata.fields import VariableField
from registry.models import Product
from sites.models import Agreement, Site

Row = dict[str, Any]
Tables = dict[str, list[Row]]
ELDERLY = 90
RARE_BELOW = 5


@dataclass
class NaiveExporter:
    """Exports what may leave on a day under a project's key; `site_codes` are the codes of the project."""

    on: dt.date
    key: bytes
    site_codes: Mapping[UUID, str]
    blocked: Collection[UUID] = ()
    rows: dict[str, dict[UUID, Any]] = field(default_factory=dict)

    def tables(self) -> Tables:
        """Return every table that has something to release, its rows in no particular order."""
        self.rows = {topic.code: {row.pk: row for row in topic.model.objects.all()} for topic in topics()}
        self.products = {product.pk: product for product in Product.objects.all()}
        found = {topic.code: list(self._table(topic)) for topic in topics() if any(map(_leaves, topic.fields))}
        for topic in topics():
            for one in topic.fields:
                if _transform(one) is Transform.MERGE_RARE:
                    _merge(found[topic.code], one.name)
        return found

    def subject(self, patient: Any) -> str:
        """Return the key that stands for a patient."""
        digest = hmac.new(self.key, f"v1|{patient.pk}".encode(), hashlib.sha256).digest()
        return base64.b32encode(digest[:16]).decode().rstrip("=")

    def may_leave(self, patient: Any) -> bool:
        """Say whether a case leaves."""
        courses = [row for row in self.rows["infusion_course"].values() if row.patient_id == patient.pk]
        return (
            self._has_papers(patient.site_id)
            and patient.withdrawn_on is None
            and patient.objected_on is None
            and patient.consent_basis is not None
            and any(course.course_no == 1 for course in courses)
            and patient.pk not in self.blocked
        )

    def _has_papers(self, site_id: UUID) -> bool:
        papers = Agreement.objects.filter(site_id=site_id)
        valid = {
            paper.kind
            for paper in papers
            if paper.valid_from <= self.on and (paper.valid_until is None or self.on <= paper.valid_until)
        }
        return Site.objects.get(pk=site_id).status != "PREPARING" and {"DATA_USE", "ETHICS"} <= valid

    def _table(self, topic: Topic) -> Iterator[Row]:
        may = {pk: self.may_leave(patient) for pk, patient in self.rows["patient"].items()}
        made = []
        for record in self.rows[topic.code].values():
            above = dict(self._above(topic, record))
            patient = above.get("patient", record)
            if may[patient.pk]:
                made.append(self._row(topic, record, above, patient))
        if topic.parent is not None and not all(_leaves(_named(topic, name)) for name in topic.key):
            _number(made, topic)
        yield from made

    def _above(self, topic: Topic, record: Any) -> Iterator[tuple[str, Any]]:
        while topic.parent is not None:
            parent = topic.parent_topic
            assert parent is not None
            record = self.rows[parent.code][getattr(record, f"{topic.parent}_id")]
            topic = parent
            yield topic.code, record

    def _row(self, topic: Topic, record: Any, above: Mapping[str, Any], patient: Any) -> Row:
        row: Row = {"subject_key": self.subject(patient)}
        if topic.code == "patient":
            row["site"] = self.site_codes[patient.site_id]
        for ancestor in topic.ancestors:
            for name in ancestor.key:
                if ancestor.code != "patient":
                    row[name] = getattr(above[ancestor.code], name)
        course = record if topic.code == "infusion_course" else above.get("infusion_course", self._index(patient))
        for one in topic.fields:
            if _leaves(one):
                row |= self._columns(one, record, patient, course.infused_on)
        return row

    def _index(self, patient: Any) -> Any:
        courses = self.rows["infusion_course"].values()
        return next(row for row in courses if row.patient_id == patient.pk and row.course_no == 1)

    def _oldest(self, patient: Any) -> int | None:
        """Return the age that whoever adds the years of follow-up to the age at infusion arrives at."""
        if patient.age_at_infusion is None:
            return None
        named = {"infusion_course": "infused_on", "follow_up": "last_contact_on", "death": "died_on"}
        days = [
            getattr(row, name)
            for code, name in named.items()
            for row in self.rows[code].values()
            if row.patient_id == patient.pk and getattr(row, name)
        ]
        seen = (max(days) - self._index(patient).infused_on).days
        return int(patient.age_at_infusion + max(0, seen) * 4 // 1461)

    def _columns(self, one: VariableField, record: Any, patient: Any, day_0: dt.date) -> Row:
        value = getattr(record, one.attname)
        row = self._values(one, record, value, patient, day_0)
        if one.null and one.variable and not one.variable.derived:
            row[f"{next(iter(row))}__mr"] = record.missing.get(one.name)
        return row

    def _values(self, one: VariableField, record: Any, value: Any, patient: Any, day_0: dt.date) -> Row:
        transform = _transform(one)
        if isinstance(one, ReferenceVariable):
            product = self.products[value]
            target, domain = product.target or None, product.costimulatory_domain or None
            return {one.name: product.code, "target": target, "costimulatory_domain": domain}
        if transform is Transform.YEAR:
            oldest = self._oldest(patient)
            return {"infusion_year": value.year if oldest is not None and oldest < ELDERLY else None}
        if transform is Transform.DAYS:
            return _day(one, record, value, day_0)
        if transform is Transform.AGE_TOP_CODED:
            oldest = self._oldest(patient)
            return {one.name: ELDERLY if oldest is not None and oldest >= ELDERLY else value}
        return {one.name: int(value) if isinstance(one, FlagVariable) and value is not None else value}


def _day(one: VariableField, record: Any, value: dt.date | None, day_0: dt.date) -> Row:
    assert isinstance(one, DateVariable)
    name = f"{one.name.removesuffix('_on')}_day"
    day = None if value is None else (value - day_0).days
    if not one.partial:
        return {name: day}
    precision = getattr(record, f"{one.name}_precision")
    return {
        name: day if precision == "DAY" else None,
        f"{name}_precision": None if value is None else precision,
    }


def _merge(rows: list[Row], name: str) -> None:
    """Give the levels that few patients hold one name; these columns stand in tables of one row per patient."""
    held = Counter(row[name] for row in rows)
    for row in rows:
        if row[name] is not None and held[row[name]] < RARE_BELOW:
            row[name] = "MERGED"


def _number(rows: list[Row], topic: Topic) -> None:
    """Number the rows that the released part of the key leaves alike, by their values in the order of the columns."""
    key = _released_key(topic)
    alike: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        alike[tuple(row[name] for name in key)].append(row)
    for together in alike.values():
        together.sort(key=lambda row: [_sortable(value) for value in row.values()])
        for number, row in enumerate(together, 1):
            row["row_no"] = number


def _sortable(value: Any) -> tuple[bool, Any]:
    """Put nothing last, numbers by their size and texts by their letters."""
    return value is None, "" if value is None else value


def _released_key(topic: Topic) -> list[str]:
    above = [name for entry in topic.ancestors if entry.code != "patient" for name in entry.key]
    own = [_named(topic, name) for name in topic.key if _leaves(_named(topic, name))]
    names = [f"{one.name.removesuffix('_on')}_day" if isinstance(one, DateVariable) else one.name for one in own]
    return ["subject_key", *above, *names]


def key_of(topic: Topic) -> list[str]:
    """Return the columns that name a row of a released table."""
    key = _released_key(topic)
    is_whole = topic.parent is None or all(_leaves(_named(topic, name)) for name in topic.key)
    return key if is_whole else [*key, "row_no"]


def _transform(one: VariableField) -> Transform:
    assert one.variable is not None
    transform = one.variable.leaves_as
    assert transform is not None, f"{one} says nothing of how it leaves"
    return transform


def _leaves(one: VariableField) -> bool:
    never = {Privacy.DIRECT, Privacy.FREE_TEXT, Privacy.SYSTEM}
    return _transform(one) is not Transform.WITHHOLD and one.variable is not None and one.variable.privacy not in never


def _named(topic: Topic, name: str) -> VariableField:
    return next(one for one in topic.fields if one.name == name)
