"""What the e-mail about data queries counts for a person: queries by hospital and rank, and the age of the oldest.

Counts alone are read, never a row: a letter leaves the house, and whoever opens the mailbox is no reader of cases.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from registry.models import DataQuery, DigestChoice, DigestFrequency, QueryState, Rank
from sites.access import Grants, can, grants_of
from sites.models import Membership, User
from sites.roles import ROLE_PERMISSIONS, Permission

MONDAY = 0


@dataclass(frozen=True)
class DigestLine:
    """How many queries of one rank wait at one hospital."""

    site: str
    rank: Rank
    count: int


@dataclass(frozen=True)
class DigestPart:
    """What waits in one state: for the hospitals or for the registry. `own` are assigned to the person."""

    state: QueryState
    lines: list[DigestLine]
    oldest_days: int
    own: int = 0

    @property
    def total(self) -> int:
        """Return how many queries it counts."""
        return sum(line.count for line in self.lines)


def digest_of(user: Any, now: datetime) -> list[DigestPart]:
    """Return what waits for a person, empty for nothing; call it in a context that acts as them."""
    return [part for part in (_to_answer(user, now), _to_settle(user, now)) if part is not None]


def digest_choice(user: Any) -> DigestChoice:
    """Return what a person chose; unsaved where they have not chosen: weekly if they can act on queries, else never."""
    if (found := DigestChoice.objects.filter(user=user.pk).first()) is not None:
        return found
    can_act = can(user, Permission.QUERY_ANSWER) or can(user, Permission.QUERY_CLOSE)
    return DigestChoice(user=user, frequency=DigestFrequency.WEEKLY if can_act else DigestFrequency.NEVER)


def is_due(choice: DigestChoice, today: date) -> bool:
    """Tell whether a digest may go today: the frequency says so and none went today."""
    if choice.frequency == DigestFrequency.NEVER:
        return False
    if choice.frequency == DigestFrequency.WEEKLY and today.weekday() != MONDAY:
        return False
    return choice.last_sent_at is None or timezone.localdate(choice.last_sent_at) < today


def digest_readers(today: date) -> QuerySet[User]:
    """Return the people with an open account who hold a role today by which they see cases."""
    roles = [role for role, held in ROLE_PERMISSIONS.items() if Permission.CASE_VIEW in held]
    current = Membership.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today), starts_on__lte=today, role__in=roles
    )
    return User.objects.filter(is_active=True, pk__in=current.values("user_id")).order_by("email")


def _to_answer(user: Any, now: datetime) -> DigestPart | None:
    """Count what the person's hospitals owe; somebody who only looks on sees the same as those who answer."""
    grants = grants_of(user)
    sites = _sites(grants, Permission.QUERY_ANSWER) or _sites(grants, Permission.CASE_SIGN)
    if not sites:
        return None
    rows = DataQuery.objects.visible_to(user).filter(site_id__in=sites, state=QueryState.OPEN)
    return _part(rows, QueryState.OPEN, "asked_at", user, now)


def _to_settle(user: Any, now: datetime) -> DigestPart | None:
    """Count the answers that wait for the registry."""
    if not can(user, Permission.QUERY_CLOSE):
        return None
    rows = DataQuery.objects.visible_to(user).filter(state=QueryState.ANSWERED)
    return _part(rows, QueryState.ANSWERED, "answered_at", user, now)


def _part(rows: QuerySet[DataQuery], state: QueryState, since: str, user: Any, now: datetime) -> DigestPart | None:
    counts = list(
        rows.order_by("site__code", "rank")
        .values_list("site__code", "rank")
        .annotate(count=Count("pk"), own=Count("pk", filter=Q(assignee=user.pk)), oldest=Min(since))
    )
    if not counts:
        return None
    oldest = min((oldest for *_, oldest in counts if oldest), default=now)
    lines = [DigestLine(code, Rank(rank), count) for code, rank, count, *_ in counts]
    return DigestPart(state, lines, max(0, (now - oldest).days), sum(own for _, _, _, own, *_ in counts))


def _sites(grants: Grants, permission: Permission) -> list[UUID]:
    return sorted({site_id for site_id, role in grants.local if permission in ROLE_PERMISSIONS[role]})
