"""Which release and which report a person is looking at, and how much of it they see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404

from exports.freeze.policy import ROUND_TO, SMALL
from exports.models import Release, StudyReport
from exports.report.suppress import suppress
from exports.selectors import releases_visible, terms_accepted
from exports.selectors.policy import policy_now
from exports.selectors.reports import Reach, report_reach, reports_for
from exports.services.reports import report_read
from exports.terms import VERSION
from sites.access import can
from sites.models import User
from sites.roles import Permission


@dataclass(frozen=True)
class Seen:
    """One release before one person: how much of its reports they see, and whether its terms stand in between."""

    release: Release
    reach: Reach
    needs_terms: bool

    @property
    def is_whole(self) -> bool:
        """Say whether the person sees small numbers and single cases too."""
        return self.reach == Reach.WHOLE


def release_seen(user: User, pk: UUID) -> Seen:
    """Return the release and what of its reports a person may see; Http404 where that is nothing."""
    return seen_by(get_object_or_404(releases_visible(user), pk=pk), user)


def seen_by(release: Release, user: User) -> Seen:
    """Return what of the reports of a release a person may see; Http404 where that is nothing."""
    reach = report_reach(release, user)
    if reach == Reach.NONE:
        raise Http404
    needs = not can(user, Permission.RELEASE_FREEZE) and terms_accepted(release, user, VERSION) is None
    return Seen(release, reach, needs)


def report_seen(user: User, pk: UUID, report_pk: UUID) -> tuple[Seen, StudyReport]:
    """Return one report of a release that a person may open; Http404 where there is none for them."""
    seen = release_seen(user, pk)
    return seen, get_object_or_404(reports_for(seen.release, user), pk=report_pk)


def told_report(seen: Seen, report: StudyReport) -> dict[str, Any] | None:
    """Return a finished report as the person may read it, None where its file is missing or damaged."""
    found = report_read(report)
    if found is None or seen.is_whole:
        return found
    numbers = policy_now()
    return suppress(found, small_below=numbers[SMALL], round_to=numbers[ROUND_TO])
