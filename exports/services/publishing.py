"""Putting a finished release in its place and saying so, or holding it until somebody has decided on its risk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext_noop

from exports.freeze import FreezeError
from exports.freeze.policy import k_of
from exports.models import ExportJob, Format, Level, Profile, Release, ReleasePackage, ReleaseState, RequestState
from exports.package import Package
from exports.selectors import policy_now
from exports.services.grants import grant_requester
from exports.services.jobs import Claim, ClaimLost, job_succeed
from exports.services.packing import Built
from exports.services.places import place_release
from exports.services.releases import forget_signature, release_publish
from sites.context import acting_as

ENDED: Final = gettext_noop("The release was ended while it was being made.")


def must_wait(release: Release, risk: Mapping[str, Any]) -> bool:
    """Say whether somebody has to decide before packages are made: on a request, or on a risk above the limit."""
    if release.request is not None and release.request.state != RequestState.APPROVED:
        return True
    if risk["k"] >= k_of(release.profile, policy_now()):
        return False
    return release.profile == Profile.SHAREABLE or not _is_signed(release, risk)


def _is_signed(release: Release, risk: Mapping[str, Any]) -> bool:
    """Say whether somebody signed for this risk. One that came out higher since, by other rules, nobody signed for."""
    if release.risk_accepted_at is None:
        return False
    signed = release.risk
    return bool(risk["k"] >= signed["k"] and risk["unique"] <= signed["unique"])


def hold(job: ExportJob, claim: Claim, work: Path, risk: Mapping[str, Any], cut: dt.datetime) -> None:
    """Put the assessed folder in its place and let the release wait for a decision; no signature stands then."""
    with _publishing(job, claim, work) as release:
        forget_signature(release)
        release.state, release.risk, release.data_cut_at = ReleaseState.HELD, dict(risk), cut
        release.full_clean()
        release.save()
        job_succeed(claim)


def publish(
    job: ExportJob, claim: Claim, work: Path, risk: Mapping[str, Any], built: Sequence[Built], cut: dt.datetime
) -> None:
    """Put the folder in its place, record its packages, and give them to whoever asked for the release."""
    with _publishing(job, claim, work) as release:
        release.risk = dict(risk)
        release_publish(release=release, package=_main(built), path=_path(release, work, built), data_cut_at=cut)
        ReleasePackage.objects.filter(release=release).delete()
        ReleasePackage.objects.bulk_create([_row(release, work, entry) for entry in built])
        grant_requester(release)
        job_succeed(claim)


@contextmanager
def _publishing(job: ExportJob, claim: Claim, work: Path) -> Iterator[Release]:
    """Hold the job's row, rename the folder, and act as the person who asked, in one transaction.

    If the transaction fails after the rename, nothing refers to the folder and the next attempt replaces it.
    """
    with transaction.atomic():
        if not claim.held().select_for_update().exists():
            raise ClaimLost
        release = Release.objects.select_for_update(of=("self",)).get(pk=job.release_id)
        if release.state != ReleaseState.PENDING:
            # Nothing of it may come back.
            raise FreezeError(ENDED)
        place_release(work, job.release_id)
        with acting_as(job.requested_by, source="worker", reason=f"Release {job.release.name}"):
            yield release


def _main(built: Sequence[Built]) -> Package:
    """Return the package that stands for the release: its own level in CSV, else in the first format asked for."""
    own = [entry for entry in built if entry.package is not None and entry.level not in (Level.TWIN,)]
    first = min(own, key=lambda entry: (Level.values.index(entry.level), entry.format != Format.CSV))
    assert first.package is not None  # noqa: S101 - chosen above
    return first.package


def _path(release: Release, work: Path, built: Sequence[Built]) -> str:
    return f"{release.pk}/{_main(built).path.relative_to(work)}"


def _row(release: Release, work: Path, entry: Built) -> ReleasePackage:
    row = ReleasePackage(release=release, level=entry.level, format=entry.format, refusal=entry.refusal[:500])
    if entry.package is not None:
        row.path = f"{release.pk}/{entry.package.path.relative_to(work)}"
        row.sha256, row.size, row.patients = entry.package.sha256, entry.package.size, entry.patients
        row.content_hash = entry.package.manifest["content_sha256"]
        row.losses = entry.package.manifest.get("losses", [])
    return row
