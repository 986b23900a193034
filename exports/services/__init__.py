"""Every write of releases and requests: asked for, assessed, decided on, made, given away, handed out, withdrawn."""

from exports.services.downloads import package_download, terms_accept
from exports.services.grants import release_grant, release_revoke
from exports.services.held import (
    release_accept_risk,
    release_coarsen,
    release_continue,
    release_refuse,
    release_withdraw,
)
from exports.services.jobs import job_cancel, job_retry, jobs_sweep
from exports.services.making import job_run
from exports.services.policy import policy_set
from exports.services.releases import project_create, release_request
from exports.services.report_files import report_download
from exports.services.reports import report_request, report_run
from exports.services.requests import (
    request_approve,
    request_assess,
    request_message,
    request_recall,
    request_refuse,
    request_save,
    request_submit,
)

__all__ = [
    "job_cancel",
    "job_retry",
    "job_run",
    "jobs_sweep",
    "package_download",
    "policy_set",
    "project_create",
    "release_accept_risk",
    "release_coarsen",
    "release_continue",
    "release_grant",
    "release_refuse",
    "release_request",
    "release_revoke",
    "release_withdraw",
    "report_download",
    "report_request",
    "report_run",
    "request_approve",
    "request_assess",
    "request_message",
    "request_recall",
    "request_refuse",
    "request_save",
    "request_submit",
    "terms_accept",
]
