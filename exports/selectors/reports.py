"""Study reports: which a person may see, and whether small numbers are hidden from them."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import QuerySet
from django.utils import timezone

from exports.models import Level, Release, ReleaseGrant, StudyReport
from exports.report.plan import Plan
from exports.report.plan_digest import plan_sha256
from sites.access import can
from sites.models import User
from sites.roles import Permission


class Reach(StrEnum):
    """How much of a report somebody sees: everything, or without small numbers and single cases."""

    WHOLE = "WHOLE"
    SUPPRESSED = "SUPPRESSED"
    NONE = "NONE"


def report_reach(release: Release, user: User) -> Reach:
    """Say how much of the reports of a release a person sees.

    Data managers and whoever holds the release under an agreement see all of it. Whoever holds less, sees the report of
    the whole cohort without small numbers; with a definition of their own they could work them out.
    """
    if not release.is_published:
        return Reach.NONE
    if can(user, Permission.RELEASE_FREEZE):
        return Reach.WHOLE
    grant = ReleaseGrant.objects.valid_for(user, timezone.localdate()).filter(release=release).first()
    if grant is None or not can(user, Permission.RELEASE_DOWNLOAD):
        return Reach.NONE
    return Reach.WHOLE if grant.level == Level.AGREEMENT else Reach.SUPPRESSED


def reports_for(release: Release, user: User) -> QuerySet[StudyReport]:
    """Return the reports of a release that a person may open, the latest first."""
    reports = StudyReport.objects.filter(release=release).select_related("release", "requested_by")
    reach = report_reach(release, user)
    if reach == Reach.NONE:
        return reports.none()
    return reports if reach == Reach.WHOLE else reports.filter(plan_sha256=plan_sha256(Plan()))
