"""Releases: which a person may know of, what may be taken of them, and what the next one would hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.utils import timezone

from exports.freeze.eligibility import Exclusion, eligible, exclusions, sites_with_papers
from exports.models import OUT, Level, Release, ReleaseGrant, ReleasePackage, TermsAcceptance
from registry.checks.blocking import blockers_at
from registry.models import Patient
from sites.access import can
from sites.models import Membership, User
from sites.roles import ROLE_PERMISSIONS, Permission, Role


def releases_visible(user: User) -> QuerySet[Release]:
    """Return what a person may know of: all releases for data managers, published ones granted to them for others."""
    releases = Release.objects.select_related("project", "job", "supersedes")
    if can(user, Permission.RELEASE_FREEZE):
        return releases
    if not can(user, Permission.RELEASE_VIEW):
        return releases.none()
    granted = ReleaseGrant.objects.valid_for(user, timezone.localdate()).values("release_id")
    return releases.filter(pk__in=granted, state__in=OUT)


def download_right(release: Release, user: User) -> ReleaseGrant | None:
    """Return the grant by which a person may download a release, None for a data manager; PermissionDenied without."""
    if can(user, Permission.RELEASE_FREEZE):
        return None
    grant = ReleaseGrant.objects.valid_for(user, timezone.localdate()).filter(release=release).first()
    if grant is None:
        raise PermissionDenied("release.download")
    return grant


def packages_for(release: Release, user: User) -> QuerySet[ReleasePackage]:
    """Return the packages of a release that a person may take: every level up to their own, never above it."""
    if can(user, Permission.RELEASE_FREEZE):
        return release.packages.all()
    level = _level_of(release, user)
    return release.packages.filter(level__in=Level.at_most(level)) if level else release.packages.none()


def _level_of(release: Release, user: User) -> str:
    grant = ReleaseGrant.objects.valid_for(user, timezone.localdate()).filter(release=release).first()
    return grant.level if grant is not None and can(user, Permission.RELEASE_DOWNLOAD) else ""


def terms_accepted(release: Release, user: User, version: str) -> TermsAcceptance | None:
    """Return a person's acceptance of this version of the terms for a release."""
    return TermsAcceptance.objects.filter(release=release, accepted_by=user, version=version).first()


def preview(user: User, on: dt.date) -> tuple[int, Mapping[Exclusion, int]]:
    """Count the cases that a release of today would hold, and those that it would leave out, by reason."""
    sites, blocked = sites_with_papers(on), blocked_cases(user, on)
    patients = Patient.objects.visible_to(user)
    return eligible(patients, sites, blocked).count(), exclusions(patients, sites, blocked)


def blocked_cases(user: User, on: dt.date) -> frozenset[UUID]:
    """Return the cases that would leave on a day, were it not for a blocking check that stands against them."""
    sites = sites_with_papers(on)
    found = {finding.patient_id for finding in blockers_at(sorted(sites))}
    leaving = eligible(Patient.objects.visible_to(user).filter(pk__in=found), sites)
    return frozenset(leaving.values_list("pk", flat=True)) if found else frozenset()


def next_name(year: int) -> str:
    """Propose the name of the next release: QUELL, the year, a number."""
    stem = f"QUELL-{year}."
    taken = Release.objects.filter(name__startswith=stem).values_list("name", flat=True)
    return f"{stem}{max((int(name.removeprefix(stem)) for name in taken), default=0) + 1}"


def investigators(but: User) -> QuerySet[User]:
    """Return the people who may be given a release: present investigators, oneself left out."""
    today = timezone.localdate()
    current = Membership.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today), starts_on__lte=today)
    roles = [role for role in Role if Permission.RELEASE_DOWNLOAD in ROLE_PERMISSIONS[role]]
    people = User.objects.filter(is_active=True, pk__in=current.filter(role__in=roles).values("user_id"))
    return people.exclude(pk=but.pk).order_by("full_name", "email")
