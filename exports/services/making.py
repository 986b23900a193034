"""Makes one release, step by step, and publishes it once."""

from __future__ import annotations

import datetime as dt
import errno
import logging
import secrets
import traceback
from pathlib import Path
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext_noop

from exports.freeze import FreezeError
from exports.freeze.folder import read_facts
from exports.models import ExportJob, JobPhase, Release, ReleaseState
from exports.services.assessing import assess, freeze_release
from exports.services.beating import beating
from exports.services.comparing import releases_compare
from exports.services.jobs import Claim, ClaimLost, job_claim, job_fail, job_put_back
from exports.services.packing import pack
from exports.services.places import link_frozen, remove_abandoned, remove_work, work_folder
from exports.services.publishing import ENDED, hold, must_wait, publish
from exports.services.steps import PUBLISHING, RIGHTS, Teller
from exports.services.wake import wake
from sites.access import require
from sites.context import acting_as
from sites.roles import Permission

logger = logging.getLogger(__name__)
PASSING = (OperationalError, InterfaceError)
# Calls of an error that the log tells.
PLACES = 8
NO_RIGHT = gettext_noop("The person who asked for this release may not freeze any more.")
DISK_FULL = gettext_noop("There is no room on the disk for the package. Make room, then try again.")
UNKNOWN = gettext_noop("Something unforeseen happened. Give the reference to whoever runs the server, then try again.")


def job_run(job_id: UUID) -> None:
    """Make the release of a waiting job. A second message for the same job finds nothing to do."""
    claim = job_claim(job_id)
    if claim is None:
        return
    related = ("release__project", "release__request", "release__supersedes", "requested_by")
    job = ExportJob.objects.select_related(*related).get(pk=job_id)
    try:
        with beating(claim) as lost:
            _make(job, claim, Teller(claim, lost))
    except ClaimLost:
        logger.info("Job %s: cancelled, or taken over by another worker.", job_id)
    except Exception as error:
        job_end_badly(claim, error)
    finally:
        remove_work(job.release_id, claim.token)


def _make(job: ExportJob, claim: Claim, tell: Teller) -> None:
    """Freeze and assess the release of a claimed job; pack and publish it, unless somebody has to decide first."""
    tell.step(RIGHTS)
    require(job.requested_by, Permission.RELEASE_FREEZE)
    if job.release.state != ReleaseState.PENDING:
        raise FreezeError(ENDED)
    remove_abandoned(job.release_id)
    work = work_folder(job.release_id, claim.token)
    if job.phase == JobPhase.ASSESS:
        freeze_release(job, work, tell)
    else:
        link_frozen(job.release_id, work)
    cut = dt.datetime.fromisoformat(read_facts(work)["data_cut_at"])
    risk = assess(job.release, work, tell)
    if must_wait(job.release, risk):
        hold(job, claim, work, risk, cut)
    else:
        built = pack(job.release, work, risk, tell)
        tell.step(PUBLISHING)
        publish(job, claim, work, risk, built, cut)
        _compare_ahead(job)


def _compare_ahead(job: ExportJob) -> None:
    """Compare with the release before while nobody waits; where that cannot be done, the page will say why."""
    release = Release.objects.select_related("project", "supersedes").get(pk=job.release_id)
    if release.supersedes is None:
        return
    try:
        with acting_as(job.requested_by, source="worker", reason=f"Release {release.name}"):
            releases_compare(before=release.supersedes, after=release, by=job.requested_by)
    except Exception as error:
        # The release is out; whatever is wrong with the comparison must not look like a failed release.
        logger.warning("Release %s was not compared with the one before: %s", release.pk, place_of(error))


def job_end_badly(claim: Claim, error: Exception) -> None:
    """Put the job back after a passing fault, else close it with a reference to the log."""
    reference = secrets.token_hex(4).upper()
    logger.error("Job %s failed, reference %s: %s", claim.job_id, reference, place_of(error))
    try:
        if isinstance(error, PASSING) and job_put_back(claim):
            wake(str(claim.job_id), claim.kind)
        else:
            job_fail(claim, reference=reference, words=words_for(error))
    except ClaimLost:
        logger.info("Job %s: ended by somebody else meanwhile.", claim.job_id)


def place_of(error: Exception) -> str:
    """Return kind and place of an error, the innermost call first; its text may quote data and is in no log."""
    calls = traceback.extract_tb(error.__traceback__)[-PLACES:]
    places = (f"{Path(call.filename).name}:{call.lineno}" for call in reversed(calls))
    return " < ".join([type(error).__name__, *places])


def words_for(error: Exception) -> str:
    """Return what the data manager reads about an error; never the text of an error that may quote data."""
    if isinstance(error, PermissionDenied):
        return NO_RIGHT
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DISK_FULL
    return str(error) if isinstance(error, FreezeError) else UNKNOWN
