"""What the pages ask about sites and people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from sites.models import Agreement, AgreementKind, Membership, Site, SiteStatus, User

NOTICE_DAYS = 60


@dataclass(frozen=True)
class AgreementGap:
    """A site without a paper it needs: `ends_on` is its last day, or None where there is none today."""

    site: Site
    kind: AgreementKind
    ends_on: date | None


def agreement_gaps(on: date, notice_days: int = NOTICE_DAYS) -> list[AgreementGap]:
    """List the active sites and the papers that are missing on a day or end within the days of notice.

    A paper that is followed by another one without a break is not a gap.
    """
    sites = Site.objects.filter(status=SiteStatus.ACTIVE).prefetch_related("agreements")
    found = (_gap(site, kind, on, notice_days) for site in sites for kind in AgreementKind)
    return [gap for gap in found if gap is not None]


def _gap(site: Site, kind: AgreementKind, on: date, notice_days: int) -> AgreementGap | None:
    covered_until = _covered_until([paper for paper in site.agreements.all() if paper.kind == kind], on)
    if covered_until is None:
        return AgreementGap(site, kind, None)
    return AgreementGap(site, kind, covered_until) if covered_until <= on + timedelta(days=notice_days) else None


def _covered_until(papers: list[Agreement], on: date) -> date | None:
    """Return the last day of the unbroken cover that includes the day, or None where the day is not covered."""
    covered: date | None = None
    for paper in sorted(papers, key=lambda paper: paper.valid_from):
        reach = on if covered is None else covered + timedelta(days=1) if covered < date.max else covered
        if paper.valid_from <= reach:
            last = paper.valid_until or date.max
            covered = max(covered or last, last) if last >= on else covered
    return covered


def people_without_role(on: date) -> QuerySet[User]:
    """Return the people with an open account who hold no role on a day."""
    current = Membership.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), starts_on__lte=on)
    return User.objects.filter(is_active=True).exclude(Exists(current.filter(user_id=OuterRef("pk"))))


def roles_ending(on: date, notice_days: int = NOTICE_DAYS) -> QuerySet[Membership]:
    """Return the memberships that end within the days of notice, the first to end first."""
    until = on + timedelta(days=notice_days)
    return Membership.objects.filter(ends_on__range=(on, until)).select_related("user", "site").order_by("ends_on")
