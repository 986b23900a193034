"""Reads of cases, always within the sites that the reader may see."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet

from registry.metadata import Topic, topics
from registry.models import Patient
from registry.selectors.case_filters import CasesWanted
from registry.selectors.case_pages import cases_page

# Who the patient is stands apart and is shown by its own act alone; judgements of a death are for the adjudicators.
NOT_ON_CASE_PAGES = frozenset({"identity", "death_review"})


def cases_visible(user: Any) -> QuerySet[Patient]:
    """Return the patients whose cases this person may see today."""
    return Patient.objects.visible_to(user)


def case_slice(user: Any, size: int, *, site_id: UUID | None = None, after: UUID | None = None) -> list[Patient]:
    """Return the next cases in the order of study ids, one more than `size` where others follow."""
    return cases_page(user, size + 1, CasesWanted(site_id=site_id, after=after)).patients


def case_topics() -> list[Topic]:
    """Return the topics that a case page shows, each followed by those below it."""
    shown = [topic for topic in topics() if topic.code not in NOT_ON_CASE_PAGES]
    return [entry for topic in shown if topic.parent_topic is None for entry in _with_children(topic, shown)]


def _with_children(topic: Topic, shown: list[Topic]) -> list[Topic]:
    below = [entry for entry in shown if entry.parent_topic is topic]
    return [topic, *(entry for child in below for entry in _with_children(child, shown))]


def case_rows(user: Any, topic: Topic, patient: Patient) -> list[Model]:
    """Return the rows of one topic of a case in their order, with the rows above them, in one query."""
    rows = topic.model._default_manager.visible_to(user)
    if topic.parent is None:
        return list(rows.filter(pk=patient.pk))
    path = topic.path_to("patient")
    above = path.rsplit("__", 1)[0] if "__" in path else None
    return list(rows.filter(**{f"{path}_id": patient.pk}).select_related(*_related(topic, above)))


def _related(topic: Topic, above: str | None) -> list[str]:
    references = [field.name for field in topic.fields if field.is_relation]
    return [name for name in (above, *references) if name]
