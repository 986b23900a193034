"""The steps of making a release, each told to the job's row in words before it starts."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from exports.freeze import FreezeError, FreezeOrder, freeze
from exports.freeze.pseudonyms import project_key
from exports.models import ExportJob, Release
from exports.package import PACKAGE_FILE, Package, build_package
from exports.package.archive import archive_checks
from exports.revision import code_revision
from exports.selectors import blocked_cases
from exports.services.jobs import Claim, ClaimLost, job_succeed
from exports.services.places import place_release, remove_abandoned, work_folder
from exports.services.releases import release_publish, site_codes_assign
from sites.access import require
from sites.context import acting_as
from sites.roles import Permission

STEPS = (
    gettext_noop("checking rights and keys"),
    gettext_noop("choosing the cases that may leave"),
    gettext_noop("replacing dates with day numbers"),
    gettext_noop("writing the package"),
    gettext_noop("reading the package back"),
    gettext_noop("publishing"),
)
BLOCKED = gettext_noop(
    "Blocking checks stand against some cases. Have them settled, or ask for a release that leaves these cases out."
)


@dataclass(frozen=True)
class Teller:
    """Tells the job's row how far the work is, and stops the work once the claim is lost."""

    claim: Claim
    lost: threading.Event

    def step(self, number: int, **figures: int) -> None:
        """Say that a step begins or goes on; ClaimLost when the job is not ours any more."""
        if self.lost.is_set():
            raise ClaimLost
        self.claim.note(step=number, steps=len(STEPS), step_words=STEPS[number - 1], figures=figures)


def make_release(job: ExportJob, claim: Claim, lost: threading.Event) -> None:
    """Freeze, package and publish the release of a claimed job."""
    tell = Teller(claim, lost)
    tell.step(1)
    remove_abandoned(job.release_id)
    order = _order(job)
    work = work_folder(job.release_id, claim.token)
    tell.step(2)
    freeze(order, work, lambda done, tables, rows: tell.step(3, done=done, tables=tables, rows=rows))
    tell.step(4)
    package = build_package(work, lambda done, tables: tell.step(4, done=done, tables=tables))
    tell.step(5)
    if not archive_checks(package.path):
        raise FreezeError("The package could not be read back from the disk.")
    tell.step(6)
    _publish(job, claim, work, package, order.data_cut_at)


def _order(job: ExportJob) -> FreezeOrder:
    """Return the order of the freeze. The right to ask for it is read now, not when it was asked for."""
    require(job.requested_by, Permission.RELEASE_FREEZE)
    release = job.release
    key = project_key(settings.QUELL_PROJECT_KEK, bytes(release.project.salt))
    cut = release.data_cut_at or timezone.now()
    with acting_as(job.requested_by, source="worker", reason=f"Release {release.name}"):
        codes = site_codes_assign(release.project, key)
        blocked = blocked_cases(job.requested_by, cut.astimezone(dt.UTC).date())
    if blocked and not release.leaves_out_blocked:
        raise FreezeError(BLOCKED)
    return FreezeOrder(
        release=release.name,
        project=str(release.project_id),
        profile=release.profile,
        data_cut_at=cut,
        project_key=key,
        site_codes=codes,
        code_revision=code_revision(),
        is_simulated=settings.QUELL_DEMO,
        blocked=blocked,
    )


def _publish(job: ExportJob, claim: Claim, work: Path, package: Package, cut: dt.datetime) -> None:
    """Put the folder in its place and say so, in one transaction that holds the job's row.

    If the transaction fails after the rename, nothing refers to the folder and the next attempt replaces it.
    """
    with transaction.atomic():
        if not claim.held().select_for_update().exists():
            raise ClaimLost
        place_release(work, job.release_id)
        with acting_as(job.requested_by, source="worker", reason=f"Release {job.release.name}"):
            release = Release.objects.select_for_update().get(pk=job.release_id)
            release_publish(release=release, package=package, path=f"{release.pk}/{PACKAGE_FILE}", data_cut_at=cut)
        job_succeed(claim)
