"""The data queries of one case: those of the rows on a page, those that wait, and what a save has done to them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from registry.models import DataQuery, Patient, QueryState, Resolution

VERIFIED_BY_HAND = Q(state=QueryState.CLOSED, resolution=Resolution.VERIFIED, check_code="")


def queries_on_rows(user: Any, patient: Patient, row_ids: Collection[UUID]) -> list[DataQuery]:
    """Return the queries of some rows of a case that are not closed, and the marks of values that people verified."""
    shown = ~Q(state=QueryState.CLOSED) | VERIFIED_BY_HAND
    return list(_of_case(user, patient).filter(shown, row_id__in=row_ids)) if row_ids else []


def queries_waiting(user: Any, patient: Patient) -> list[DataQuery]:
    """Return the queries of a case that are not closed, the most urgent first."""
    return list(_of_case(user, patient).exclude(state=QueryState.CLOSED))


def queries_last_closed(user: Any, patient: Patient, most: int) -> list[DataQuery]:
    """Return the queries of a case that were closed last."""
    return list(_of_case(user, patient).filter(state=QueryState.CLOSED).order_by("-closed_at", "pk")[:most])


def _of_case(user: Any, patient: Patient) -> QuerySet[DataQuery]:
    beside = ("site", "opened_by", "assignee", "closed_by")
    return DataQuery.objects.visible_to(user).filter(patient=patient).select_related(*beside)


@dataclass(frozen=True)
class Moved:
    """How many queries of a case were asked, or asked again, and how many the registry itself closed."""

    asked: int = 0
    closed: int = 0


def queries_moved(user: Any, patient: Patient, since: datetime) -> Moved:
    """Return what has happened to the queries of a case since a moment, by changes of the record alone."""
    asked = Q(asked_at__gte=since, state=QueryState.OPEN)
    closed = Q(closed_at__gte=since, state=QueryState.CLOSED, closed_by=None)
    rows = DataQuery.objects.visible_to(user).filter(asked | closed, patient=patient).order_by()
    return Moved(**rows.aggregate(asked=Count("pk", filter=asked), closed=Count("pk", filter=closed)))
