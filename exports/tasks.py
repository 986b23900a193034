"""Celery tasks: a number in, one call of a service."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from exports import services
from exports.services.feasibility import feasibility_refresh as refresh
from exports.services.jobs import SWEEP_SECONDS
from exports.services.wake import RUN_JOB, RUN_REPORT


@shared_task(name=RUN_JOB)
def run_job(job_id: str) -> None:
    """Make the release of a job."""
    services.job_run(UUID(job_id))


@shared_task(name=RUN_REPORT)
def run_report(job_id: str) -> None:
    """Make one study report."""
    services.report_run(UUID(job_id))


@shared_task(name="exports.sweep", expires=SWEEP_SECONDS)
def sweep() -> None:
    """Find jobs whose worker is gone and jobs that nobody has heard of."""
    services.jobs_sweep()


@shared_task(name="exports.feasibility_refresh")
def feasibility_refresh() -> None:
    """Make the groups of the feasibility counts anew where they are due."""
    refresh()
