"""What the pages ask about patients who may be recorded at two sites. For those alone who resolve linkage cases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Case, IntegerField, QuerySet, Value, When

from registry.models import LinkageCase, LinkageState, Patient
from sites.access import can
from sites.roles import Permission


@dataclass(frozen=True)
class LinkagePair:
    """A linkage case with its two patients; None for one whose case was deleted meanwhile."""

    case: LinkageCase
    patients: tuple[Patient | None, Patient | None]


def linkage_cases(user: Any) -> QuerySet[LinkageCase]:
    """Return the linkage cases that a person may resolve, open ones first."""
    if not can(user, Permission.LINKAGE_RESOLVE):
        return LinkageCase.objects.none()
    closed = Case(When(state=LinkageState.OPEN, then=Value(0)), default=Value(1), output_field=IntegerField())
    cases = LinkageCase.objects.select_related("first_site", "second_site", "decided_by")
    return cases.order_by(closed, "created_at", "id")


def linkage_waiting(user: Any) -> int:
    """Return how many linkage cases wait for a person's decision."""
    return linkage_cases(user).filter(state=LinkageState.OPEN).count()


def linkage_pairs(user: Any, cases: Iterable[LinkageCase]) -> list[LinkagePair]:
    """Return the cases with their patients, as far as the person may see them, in one query."""
    found = list(cases)
    wanted = {key for case in found for key in (case.first_patient, case.second_patient)}
    patients: dict[UUID, Patient] = Patient.objects.visible_to(user).in_bulk(wanted)
    return [LinkagePair(case, (patients.get(case.first_patient), patients.get(case.second_patient))) for case in found]
