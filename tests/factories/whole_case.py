"""Writes a case with a value in every field of every topic, from the declarations alone: new fields are in at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.db import models

from registry.metadata import (
    CodedVariable,
    DateVariable,
    DecimalVariable,
    FlagVariable,
    IntegerVariable,
    ReferenceVariable,
    TextVariable,
    TimeVariable,
    Topic,
    topics,
)
from registry.metadata.fields import VariableField
from registry.models import Patient, Product
from sites.context import acting_as_system
from sites.models import Site, User

INFUSED = dt.date(2021, 3, 16)
# What a value of its type alone would break a rule of the row with.
FITTING: Mapping[str, Mapping[str, Any]] = {
    "infusion_course": {
        "infused_on": INFUSED,
        "apheresis_on": INFUSED - dt.timedelta(days=40),
        "ld_started_on": INFUSED - dt.timedelta(days=5),
        "ld_ended_on": INFUSED - dt.timedelta(days=3),
        "kps": 80,
        "course_no": 1,
    },
    "icans_assessment": {"ice_total": 5},
    "patient": {"birth_year": 1958, "age_at_infusion": 62},
}


def whole_case(site: Site, study_id: str, *, words: str = "words", judge: User, **patient: Any) -> Patient:
    """Write one case; every field of words holds `words` and the name of the field."""
    rows: dict[str, models.Model] = {}
    with acting_as_system("tests", reason="a whole case"):
        Product.objects.get_or_create(
            code="AXI", defaults={"generic_name": "axi", "target": "CD19", "costimulatory_domain": "CD28"}
        )
        _record_names(site)
        for topic in topics():
            values = {**dict(_values(topic, words)), **FITTING.get(topic.code, {})}
            if topic.code == "patient":
                values |= {"study_id": study_id, "objected_on": None, "withdrawn_on": None, **patient}
            if topic.code == "identity":
                values["local_record_number"] = f"{words}_{study_id}"
            rows[topic.code] = _write(topic, site, rows, values, judge)
    return rows["patient"]


def _record_names(site: Site) -> None:
    """Let the site keep names, so that there are some to look for where none may be."""
    site.names_enabled = True
    site.save(update_fields=["names_enabled"])


def _write(topic: Topic, site: Site, rows: Mapping[str, models.Model], values: dict[str, Any], judge: User) -> Any:
    if topic.parent is not None:
        values[topic.parent] = rows[topic.parent_topic.code]
    if topic.code == "death_review":
        values["adjudicator"] = judge
    row = topic.model(site=site, **values)
    row.full_clean(exclude=["birth_date"], validate_constraints=False)
    row.save()
    return row


def _values(topic: Topic, words: str) -> Iterator[tuple[str, Any]]:
    for number, field in enumerate(topic.fields):
        yield field.attname, _value(field, number, words)


def _value(field: VariableField, number: int, words: str) -> Any:
    match field:
        case DateVariable():
            return INFUSED + dt.timedelta(days=number)
        case TimeVariable():
            return dt.time(13, 37)
        case CodedVariable():
            return sorted(field.coding.codes())[0]
        case FlagVariable():
            return True
        case IntegerVariable() | DecimalVariable():
            return _number(field)
        case ReferenceVariable():
            return "AXI"
        case TextVariable():
            return f"{words}_{field.name}"[: field.max_length]
    raise TypeError(field)


def _number(field: VariableField) -> int | Decimal:
    low = field.variable.limits[0] if field.variable.limits else 1
    return Decimal(low) + 1 if isinstance(field, DecimalVariable) else int(low) + (low == 0)
