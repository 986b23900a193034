"""Projects and releases: asked for by a data manager, published by the job."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from exports.freeze import pseudonyms
from exports.models import DataRequest, ExportJob, Profile, Project, Release, ReleaseState
from exports.models.release import every_format
from exports.package import Package
from exports.services.numbering import RELEASES, one_at_a_time
from exports.services.wake import wake_on_commit
from sites.access import require
from sites.models import Site, User
from sites.roles import Permission

SEEDED = UUID("c2a3f6de-0f0b-4d0e-9a8f-6f3a1b6f1d55")


@transaction.atomic
def project_create(*, title: str, by: User, seed: str = "") -> Project:
    """Open a project. A seed is given only where its keys must be the same again: in the demonstration and in tests."""
    require(by, Permission.RELEASE_FREEZE)
    project = Project(title=title.strip())
    if seed:
        project.pk, project.salt = uuid5(SEEDED, seed), hashlib.sha256(seed.encode()).digest()
    project.full_clean()
    project.save()
    return project


@transaction.atomic
def release_request(
    *,
    project: Project,
    name: str,
    by: User,
    data_cut_at: dt.datetime | None = None,
    leaves_out_blocked: bool = False,
    profile: str = Profile.AGREEMENT,
    request: DataRequest | None = None,
    cohort: Mapping[str, Any] | None = None,
    selection: Mapping[str, Any] | None = None,
    coarsening: Sequence[str] = (),
    formats: Sequence[str] = (),
) -> Release:
    """Ask for a release and queue the job that makes it; a worker is woken once this is committed.

    Without a data cut, that of the snapshot counts, which is what a release is for. A given one is the day on which
    agreements must be valid and the instant that the manifest states; the rows are those of the snapshot all the same.
    Cases against which a blocking check stands stop the freeze, unless they are to be left out. A release for a request
    holds the cases and variables of the request, and waits for the decision on it.
    """
    require(by, Permission.RELEASE_FREEZE)
    one_at_a_time(RELEASES)
    latest = Release.objects.filter(project=project, state=ReleaseState.PUBLISHED).order_by("-published_at").first()
    release = Release(project=project, name=name.strip(), data_cut_at=data_cut_at, supersedes=latest, profile=profile)
    release.leaves_out_blocked, release.request = leaves_out_blocked, request
    release.cohort, release.selection = dict(cohort or {}), dict(selection or {})
    release.coarsening, release.formats = list(coarsening), list(formats) or every_format()
    release.full_clean()
    release.save()
    job = ExportJob.objects.create(release=release, requested_by=by)
    wake_on_commit(job)
    return release


def site_codes_assign(project: Project, key: bytes) -> dict[UUID, str]:
    """Give every site a code of the project that it keeps; needs an audit context."""
    with transaction.atomic():
        locked = Project.objects.select_for_update().get(pk=project.pk)
        sites = Site.objects.order_by().values_list("id", flat=True)
        codes, remembered = pseudonyms.site_codes(key, sites, locked.site_codes)
        if remembered != locked.site_codes:
            locked.site_codes = remembered
            locked.save(update_fields=["site_codes"])
    return codes


def forget_signature(release: Release) -> None:
    """Take back a signature that was given for another state of the release; whoever calls saves it."""
    release.risk_accepted_by, release.risk_accepted_at, release.risk_reason = None, None, ""


def release_publish(*, release: Release, package: Package, path: str, data_cut_at: dt.datetime) -> None:
    """Record the finished package and supersede the release before it; needs an audit context and a transaction."""
    release.state = ReleaseState.PUBLISHED
    release.data_cut_at = data_cut_at
    release.manifest = package.manifest
    release.content_hash = package.manifest["content_sha256"]
    release.package_path, release.package_sha256, release.package_bytes = path, package.sha256, package.size
    release.published_at = timezone.now()
    release.full_clean()
    release.save()
    if release.supersedes_id is not None:
        before = Release.objects.filter(pk=release.supersedes_id, state=ReleaseState.PUBLISHED)
        before.update(state=ReleaseState.SUPERSEDED)
