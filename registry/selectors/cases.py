"""Reads of cases, always within the sites that the reader may see."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from registry.metadata import topics
from registry.models import Patient


def cases_visible(user: Any) -> QuerySet[Patient]:
    """Return the patients whose cases this person may see today."""
    return Patient.objects.visible_to(user)


def case_count(user: Any) -> int:
    """Return how many cases this person may see."""
    return cases_visible(user).count()


def topic_counts(user: Any) -> dict[str, int]:
    """Return topic code -> number of rows that this person may see."""
    return {topic.code: topic.model._default_manager.visible_to(user).count() for topic in topics()}
