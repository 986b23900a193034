"""The life of a job: claimed by one worker under a lease, kept alive, swept up when its worker is gone."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Now
from django.utils.translation import gettext_noop

from exports.models import ExportJob, JobState, Release, ReleaseState, StudyReport
from exports.models.job import Job
from exports.services.wake import wake, wake_on_commit
from sites.access import require
from sites.models import User
from sites.roles import Permission

# A killed worker's job is back in the queue after one lease and one sweep.
LEASE = timedelta(seconds=9)
HEARTBEAT_SECONDS = 2.5
SWEEP_SECONDS = 4
REMIND = timedelta(seconds=20)
MAX_ATTEMPTS = 3
KINDS: tuple[type[Job], ...] = (ExportJob, StudyReport)
GAVE_UP = gettext_noop("The worker was lost three times while it did this. See whether it runs out of memory.")


class ClaimLost(Exception):  # noqa: N818 - an outcome, not an error
    """Somebody cancelled the job, or its lease ran out and another worker has it. Publish nothing."""


class NotAllowedNowError(ValueError):
    """The job is not in a state in which this can be done. The message is for the person who asked."""


@dataclass(frozen=True)
class Claim:
    """The right to work on a job, until the lease runs out."""

    job_id: uuid.UUID
    token: uuid.UUID
    kind: type[Job] = ExportJob

    def held(self) -> QuerySet[Job]:
        """Return the job's row while this claim holds, else nothing."""
        return self.kind._default_manager.filter(pk=self.job_id, claim=self.token, state=JobState.RUNNING)

    def note(self, **changes: Any) -> None:
        """Write into the job's row and renew the lease; ClaimLost when the claim holds no more."""
        if not self.held().update(heartbeat_at=Now(), lease_until=Now() + Value(LEASE), **changes):
            raise ClaimLost


def job_claim(job_id: uuid.UUID, kind: type[Job] = ExportJob) -> Claim | None:
    """Claim a waiting job, None where it is not waiting: whoever updates the row first has it."""
    claim = Claim(job_id, uuid.uuid4(), kind)
    started = {"started_at": Now(), "heartbeat_at": Now(), "lease_until": Now() + Value(LEASE)}
    taken = kind._default_manager.filter(pk=job_id, state=JobState.QUEUED).update(
        state=JobState.RUNNING, claim=claim.token, attempts=F("attempts") + 1, step=0, figures={}, **started
    )
    return claim if taken else None


def job_succeed(claim: Claim) -> None:
    """Close a job in the transaction that publishes its release."""
    claim.note(state=JobState.SUCCEEDED, finished_at=Now(), error_reference="", error_words="")


def job_fail(claim: Claim, *, reference: str, words: str) -> None:
    """Close a job that cannot be done, with a reference to the log and words for the data manager."""
    claim.note(state=JobState.FAILED, finished_at=Now(), error_reference=reference, error_words=words[:300])


def job_put_back(claim: Claim) -> bool:
    """Return a job to the queue after a passing fault; False when it has had its attempts."""
    again = claim.held().filter(attempts__lt=MAX_ATTEMPTS)
    return bool(again.update(state=JobState.QUEUED, claim=None, lease_until=None))


@transaction.atomic
def job_retry(*, job: ExportJob, by: User) -> None:
    """Queue a failed or cancelled job again, from the beginning; never for one's own request."""
    _require_anothers(job, by)
    # Whoever coarsens or ends the release holds its row meanwhile.
    if Release.objects.select_for_update(of=("self",)).get(pk=job.release_id).state != ReleaseState.PENDING:
        raise NotAllowedNowError("The release is not being made any more.")
    ended = ExportJob.objects.filter(pk=job.pk, state__in=(JobState.FAILED, JobState.CANCELLED))
    fresh = {"claim": None, "lease_until": None, "finished_at": None, "error_reference": "", "error_words": ""}
    if not ended.update(state=JobState.QUEUED, attempts=0, step=0, step_words="", figures={}, requested_by=by, **fresh):
        raise NotAllowedNowError("Only a failed or cancelled job can be tried again.")
    wake_on_commit(job)


@transaction.atomic
def job_cancel(*, job: ExportJob, by: User) -> None:
    """Stop a job, never of one's own request; the worker notices at its next step and removes what it had written."""
    _require_anothers(job, by)
    under_way = ExportJob.objects.filter(pk=job.pk, state__in=(JobState.QUEUED, JobState.RUNNING))
    if not under_way.update(state=JobState.CANCELLED, finished_at=Now()):
        raise NotAllowedNowError("The job has ended already.")


def _require_anothers(job: ExportJob, by: User) -> None:
    require(by, Permission.RELEASE_FREEZE)
    if Release.objects.filter(pk=job.release_id, request__requested_by=by).exists():
        raise PermissionDenied("request.own")


def jobs_sweep() -> int:
    """Queue again what lost its worker, give up after three times, remind workers of what waits; return how many."""
    return sum(_sweep(kind) for kind in KINDS)


def _sweep(kind: type[Job]) -> int:
    jobs = kind._default_manager
    expired = jobs.filter(state=JobState.RUNNING, lease_until__lt=Now())
    expired.filter(attempts__gte=MAX_ATTEMPTS).update(
        state=JobState.FAILED, finished_at=Now(), error_reference="LOST", error_words=GAVE_UP
    )
    expired.update(state=JobState.QUEUED, claim=None, lease_until=None, woken_at=None)
    waiting = jobs.filter(state=JobState.QUEUED, requested_at__lt=Now() - Value(LEASE))
    unheard = waiting.filter(Q(woken_at=None) | Q(woken_at__lt=Now() - Value(REMIND)))
    found = list(unheard.values_list("pk", flat=True))
    jobs.filter(pk__in=found).update(woken_at=Now())
    for job_id in found:
        wake(str(job_id), kind)
    return len(found)
