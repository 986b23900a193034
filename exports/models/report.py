"""A study report of a release: what was asked, the job that makes it, and its files."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from exports.models.job import Job, JobState, job_constraints
from exports.models.release import Release


class StudyReport(Job):
    """One analysis of one release under one plan by one revision of the code; the same asked twice is one row.

    `plan` is that of `exports.report.plan`, `plan_sha256` its digest. The files lie in the folder of the release.
    """

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="reports")
    plan = models.JSONField(_("cohort and dose rule"), default=dict)
    plan_sha256 = models.CharField(max_length=64)
    code_revision = models.CharField(max_length=64)
    report_sha256 = models.CharField(max_length=64, blank=True)
    appendix_sha256 = models.CharField(max_length=64, blank=True)
    appendix_size = models.BigIntegerField(default=0)

    class Meta(Job.Meta):
        constraints = [
            *job_constraints("study_report"),
            models.UniqueConstraint(fields=["release", "plan_sha256", "code_revision"], name="study_report_once"),
            models.CheckConstraint(
                condition=~models.Q(state=JobState.SUCCEEDED)
                | ~models.Q(report_sha256="") & ~models.Q(appendix_sha256="") & models.Q(appendix_size__gt=0),
                name="study_report_done_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.release} {self.plan_sha256[:8]}"

    @property
    def is_done(self) -> bool:
        """Say whether the report can be read."""
        return self.state == JobState.SUCCEEDED

    @property
    def filename(self) -> str:
        """Return the name of its files, without the ending: the release and the first letters of the plan's digest."""
        return f"{self.release.name}-report-{self.plan_sha256[:8]}"
