"""Rows as programs get them, written down plainly from objects: what the database writes must say the same."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db.models import Model

from registry.metadata import Topic
from registry.selectors.cases import case_topics

LENGTHS = {"YEAR": 4, "MONTH": 7, "DAY": 10}


def naive_row(topic: Topic, row: Any) -> dict[str, Any]:
    """Return a row by the words of the contract alone."""
    above: Any = row
    while above._meta.model_name != "patient":
        above = getattr(
            above, next(name for name in ("patient", "course", "episode", "anakinra_course") if hasattr(above, name))
        )
    told = {
        "id": str(row.pk), "version": row.version, "site": row.site.code, "case": above.study_id,
        "patient": str(above.pk), "parent": str(getattr(row, topic.parent).pk) if topic.parent else None,
    }  # fmt: skip
    for field in topic.fields:
        told[field.name] = _plain(row, field.name)
    return {**told, "missing": row.missing}


def _plain(row: Model, name: str) -> Any:
    value = getattr(row, name)
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dt.date):
        return str(value)[: LENGTHS[getattr(row, f"{name}_precision", "DAY")]]
    return value.strftime("%H:%M:%S") if isinstance(value, dt.time) else value


def naive_rows(topic: Topic) -> dict[str, dict[str, Any]]:
    """Return key -> row of everything that there is."""
    references = [field.name for field in topic.fields if field.is_relation]
    above = [topic.path_to("patient")] if topic.parent else []
    rows = topic.model._default_manager.select_related("site", *references, *above)
    return {str(row.pk): naive_row(topic, row) for row in rows}


def naive_case(patient: Any, topic: Topic | None = None) -> dict[str, Any]:
    """Return a row with all rows below it, each list in any order."""
    topic = topic or case_topics()[0]
    told = naive_row(topic, patient)
    for below in case_topics():
        if below.parent_topic is topic:
            rows = below.model._default_manager.filter(**{below.parent: patient})
            told[below.code] = [naive_case(row, below) for row in rows.order_by(*below.key, "pk")]
    return told
