"""Telling a worker that there is a job. A lost message costs seconds: the sweeper looks at the rows."""

from __future__ import annotations

import logging

from celery import current_app
from django.db import transaction

from exports.models import ExportJob, StudyReport
from exports.models.job import Job

logger = logging.getLogger(__name__)
RUN_JOB = "exports.run_job"
RUN_REPORT = "exports.run_report"
TASKS: dict[type[Job], str] = {ExportJob: RUN_JOB, StudyReport: RUN_REPORT}


def wake_on_commit(job: Job) -> None:
    """Send the job's number to the workers once its row is there for them to see."""
    transaction.on_commit(lambda: wake(str(job.pk), type(job)))


def wake(job_id: str, kind: type[Job] = ExportJob) -> None:
    """Send a job's number to the workers; a broker that is down is left to the sweeper."""
    try:
        current_app.send_task(TASKS[kind], args=[job_id], retry=False)
    except Exception:
        logger.warning("No message could be sent for job %s; the sweeper will find it.", job_id, exc_info=True)
