"""Every write of releases: asking for one, making it, giving it away, handing it out."""

from exports.services.downloads import release_download
from exports.services.grants import release_grant, release_revoke
from exports.services.jobs import job_cancel, job_retry, jobs_sweep
from exports.services.making import job_run
from exports.services.releases import project_create, release_request

__all__ = [
    "job_cancel",
    "job_retry",
    "job_run",
    "jobs_sweep",
    "project_create",
    "release_download",
    "release_grant",
    "release_request",
    "release_revoke",
]
