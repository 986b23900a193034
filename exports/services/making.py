"""Makes one release, step by step, and publishes it once."""

from __future__ import annotations

import errno
import logging
import secrets
import shutil
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext_noop

from exports.freeze import FreezeError
from exports.models import ExportJob
from exports.services.beating import beating
from exports.services.jobs import Claim, ClaimLost, job_claim, job_fail, job_put_back
from exports.services.places import remove_work
from exports.services.steps import make_release
from exports.services.wake import wake

logger = logging.getLogger(__name__)
PASSING = (OperationalError, InterfaceError)
NO_RIGHT = gettext_noop("The person who asked for this release may not freeze any more.")
DISK_FULL = gettext_noop("There is no room on the disk for the package. Make room, then try again.")
UNKNOWN = gettext_noop("Something unforeseen happened. Give the reference to whoever runs the server, then try again.")


def job_run(job_id: UUID) -> None:
    """Make the release of a waiting job. A second message for the same job finds nothing to do."""
    claim = job_claim(job_id)
    if claim is None:
        return
    job = ExportJob.objects.select_related("release__project", "requested_by").get(pk=job_id)
    try:
        with beating(claim) as lost:
            make_release(job, claim, lost)
    except ClaimLost:
        logger.info("Job %s: cancelled, or taken over by another worker.", job_id)
    except Exception as error:
        _end(claim, error)
    finally:
        remove_work(job.release_id, claim.token)


def _end(claim: Claim, error: Exception) -> None:
    """Put the job back after a passing fault, else close it with a reference to the log."""
    reference = secrets.token_hex(4).upper()
    logger.error("Job %s failed, reference %s", claim.job_id, reference, exc_info=error)
    try:
        if isinstance(error, PASSING) and job_put_back(claim):
            wake(str(claim.job_id))
        else:
            job_fail(claim, reference=reference, words=words_for(error))
    except ClaimLost:
        logger.info("Job %s: ended by somebody else meanwhile.", claim.job_id)


def words_for(error: Exception) -> str:
    """Return what the data manager reads about an error; never the text of an error that may quote data."""
    if isinstance(error, PermissionDenied):
        return NO_RIGHT
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DISK_FULL
    return str(error) if isinstance(error, FreezeError | shutil.Error) else UNKNOWN
