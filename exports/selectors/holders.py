"""Who holds a release: whoever took a package of it, or may take one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery

from exports.models import Download, Level, Release, ReleaseGrant, ReleaseState, TermsAcceptance
from sites.access import can
from sites.models import User
from sites.roles import Permission


@dataclass(frozen=True)
class Holder:
    """One person and their part in a release; `valid_until` and `level` are empty where no grant stands any more.

    `terms_version` and `accepted_at` are of the latest terms accepted, `last_sha256` is of the bytes taken last.
    """

    person: User
    valid_until: dt.date | None
    level: str
    terms_version: str
    accepted_at: dt.datetime | None
    downloads: int
    last_download_at: dt.datetime | None
    last_sha256: str

    @property
    def level_words(self) -> str:
        """Return the level in words."""
        return str(Level(self.level).label) if self.level else ""


def holders_of(release: Release) -> list[Holder]:
    """Return everybody who holds a release or may take it, by name: one query."""
    return [
        Holder(
            person,
            person.valid_until,
            person.level or "",
            person.terms_version or "",
            person.accepted_at,
            person.taken or 0,
            person.last_taken_at,
            person.last_sha256 or "",
        )
        for person in _people(release)
    ]


def _people(release: Release) -> QuerySet[Any]:
    grant = ReleaseGrant.objects.filter(investigator=OuterRef("pk"), release=release, revoked_at=None)
    terms = TermsAcceptance.objects.filter(accepted_by=OuterRef("pk"), release=release).order_by("-accepted_at")
    taken = Download.objects.filter(downloaded_by=OuterRef("pk"), release=release)
    counted = taken.order_by().values("downloaded_by")
    return (
        User.objects.annotate(
            valid_until=Subquery(grant.values("valid_until")[:1]),
            level=Subquery(grant.values("level")[:1]),
            terms_version=Subquery(terms.values("version")[:1]),
            accepted_at=Subquery(terms.values("accepted_at")[:1]),
            taken=Subquery(counted.annotate(n=Count("pk")).values("n")),
            last_taken_at=Subquery(counted.annotate(at=Max("downloaded_at")).values("at")),
            last_sha256=Subquery(taken.order_by("-downloaded_at").values("package_sha256")[:1]),
        )
        .filter(Q(valid_until__isnull=False) | Q(taken__isnull=False))
        .order_by("full_name", "email")
    )


def releases_withdrawn_from(user: User) -> QuerySet[Release]:
    """Return the withdrawn releases that were given to a person or that they took, the latest first.

    They may know that they must not use them any more, and why; nothing else of them.
    """
    if not can(user, Permission.RELEASE_DOWNLOAD):
        return Release.objects.none()
    given = ReleaseGrant.objects.filter(investigator=user).values("release_id")
    taken = Download.objects.filter(downloaded_by=user).values("release_id")
    withdrawn = Release.objects.filter(state=ReleaseState.WITHDRAWN).filter(Q(pk__in=given) | Q(pk__in=taken))
    return withdrawn.select_related("project").order_by("-withdrawn_at")
