"""Jobs, above all the one that makes a release. The row is the truth; a message to a worker is only a wake-up."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from exports.models.release import Release


class JobState(models.TextChoices):
    """Where a job stands."""

    QUEUED = "QUEUED", _("Waiting for a worker")
    RUNNING = "RUNNING", _("Running")
    SUCCEEDED = "SUCCEEDED", _("Done")
    FAILED = "FAILED", _("Failed")
    CANCELLED = "CANCELLED", _("Cancelled")


class JobPhase(models.TextChoices):
    """How far a job goes: to the risk report, or from there to the packages."""

    ASSESS = "ASSESS", _("Freezing and assessing the risk")
    PACK = "PACK", _("Making the packages")


UNDER_WAY = (JobState.QUEUED, JobState.RUNNING)


def job_constraints(name: str) -> list[models.BaseConstraint]:
    """Return what holds for the rows of every kind of job; `name` is that of the kind."""
    is_claimed = models.Q(claim__isnull=False, lease_until__isnull=False, started_at__isnull=False)
    return [
        models.CheckConstraint(condition=models.Q(state__in=JobState.values), name=f"{name}_state_known"),
        models.CheckConstraint(
            condition=~models.Q(state=JobState.RUNNING) | is_claimed, name=f"{name}_running_is_claimed"
        ),
    ]


class Job(models.Model):
    """One piece of work. Whoever runs it holds `claim` and renews `lease_until`; one that ran out gives it back."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    state = models.CharField(max_length=12, choices=JobState.choices, default=JobState.QUEUED)
    step = models.PositiveSmallIntegerField(default=0)
    steps = models.PositiveSmallIntegerField(default=0)
    step_words = models.CharField(max_length=120, blank=True)
    figures = models.JSONField(default=dict, blank=True)
    claim = models.UUIDField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    woken_at = models.DateTimeField(null=True, blank=True)
    error_reference = models.CharField(max_length=12, blank=True)
    error_words = models.CharField(max_length=300, blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["-requested_at"]

    @property
    def is_under_way(self) -> bool:
        """Say whether the job waits or runs."""
        return self.state in UNDER_WAY


class ExportJob(Job):
    """The job that makes one release."""

    release = models.OneToOneField(Release, on_delete=models.PROTECT, related_name="job")
    phase = models.CharField(max_length=8, choices=JobPhase.choices, default=JobPhase.ASSESS)

    class Meta(Job.Meta):
        constraints = job_constraints("export_job")

    def __str__(self) -> str:
        return f"{self.release} {self.state}"
