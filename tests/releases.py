"""Makes releases in tests as a worker and a data manager would: the job runs, the risk is signed where it must be."""

from __future__ import annotations

from exports import services
from exports.models import ExportJob, Release, ReleaseState
from sites.context import acting_as
from sites.models import User

RISK_SIGNED = "two invented cases"


def run_job(release: Release) -> ExportJob:
    """Run the job of a release as a worker does."""
    services.job_run(ExportJob.objects.get(release=release).pk)
    return ExportJob.objects.select_related("release").get(release=release)


def made(release: Release, by: User) -> ExportJob:
    """Run the job to its end; where the release waits for it, sign that its risk is acceptable and go on."""
    job = run_job(release)
    if job.release.state == ReleaseState.HELD:
        with acting_as(by):
            services.release_accept_risk(release=job.release, reason=RISK_SIGNED, by=by)
            services.release_continue(release=job.release, by=by)
        job = run_job(release)
    release.refresh_from_db()
    return job
