"""Tokens for REDCap clients: which a person may know of, which one somebody has sent, and what it could be made for."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from typing import Final

from django.db.models import QuerySet
from django.utils import timezone

from exports.models import Format, Level, Release, ReleaseGrant, ReleasePackage, ReleaseToken
from exports.selectors.releases import packages_for
from sites.access import can
from sites.models import User
from sites.roles import Permission

MOST_DAYS: Final = 90
_TOKEN: Final = re.compile(r"[0-9A-F]{32}\Z")


def tokens_visible(release: Release, user: User) -> QuerySet[ReleaseToken]:
    """Return the tokens of a release that a person may know of: their own, for data managers all."""
    tokens = release.redcap_tokens.select_related("owner")
    return tokens if can(user, Permission.RELEASE_FREEZE) else tokens.filter(owner=user)


def token_sent(written: str) -> ReleaseToken | None:
    """Return the token that somebody has sent, whatever has become of it; None where there is no such token."""
    if not _TOKEN.match(written.upper()):
        return None
    tokens = ReleaseToken.objects.select_related("release__project", "owner")
    return tokens.filter(digest=token_digest(written)).first()


def token_digest(written: str) -> str:
    """Return what is kept of a token; small and capital letters are the same token, as in REDCap."""
    return hashlib.sha256(written.upper().encode()).hexdigest()


def redcap_packages(release: Release, user: User) -> QuerySet[ReleasePackage]:
    """Return the packages that REDCap clients may read for a person: in CSV, of every level up to their own."""
    return packages_for(release, user).filter(format=Format.CSV, refusal="")


def redcap_levels(release: Release, user: User) -> list[tuple[str, str]]:
    """Return the levels of those packages with their words, from most to least."""
    found = set(redcap_packages(release, user).values_list("level", flat=True))
    return [(code, str(label)) for code, label in Level.choices if code in found]


def last_day_for(grant: ReleaseGrant | None) -> dt.date:
    """Return the last day that a token may have from today: 90 days on, never after the grant has ended."""
    latest = timezone.localdate() + dt.timedelta(days=MOST_DAYS)
    return latest if grant is None else min(latest, grant.valid_until)
