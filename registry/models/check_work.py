"""The work around edit checks: their settings with their history, and runs over a site or the whole registry."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class CheckSetting(models.Model):
    """One version of the settings of a check: whether it runs, and its thresholds. The latest one counts.

    Rows are added and never changed. `thresholds` maps the name of a threshold to its value as text.
    """

    id = models.BigAutoField(primary_key=True)
    check_code = models.CharField(max_length=80)
    is_on = models.BooleanField(default=True)
    thresholds = models.JSONField(default=dict, blank=True)
    reason = models.CharField(max_length=200)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["check_code", "-id"], name="check_setting_latest")]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="check_setting_has_reason")]


class RunState(models.TextChoices):
    """Where a run of the checks stands."""

    QUEUED = "QUEUED", _("Waiting")
    RUNNING = "RUNNING", _("Running")
    DONE = "DONE", _("Done")
    FAILED = "FAILED", _("Failed")


class RunCause(models.TextChoices):
    """What made the checks run."""

    NIGHTLY = "NIGHTLY", _("Every night")
    UPLOAD = "UPLOAD", _("After an upload")
    ASKED = "ASKED", _("Asked for by a data manager")
    SETTING = "SETTING", _("After a change of settings")


class CheckRun(models.Model):
    """One run of the checks over one site, or all sites where `about_site` is empty. The row is the truth about it.

    `codes` names the checks to run, none for all; `done` of `total` counts checks.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    about_site = models.ForeignKey("study_sites.Site", on_delete=models.PROTECT, null=True, related_name="+")
    codes = models.JSONField(default=list, blank=True)
    cause = models.CharField(max_length=8, choices=RunCause.choices)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=RunState.choices, default=RunState.QUEUED)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    found = models.PositiveIntegerField(default=0)
    opened = models.PositiveIntegerField(default=0)
    reopened = models.PositiveIntegerField(default=0)
    closed = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    error_reference = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["state", "lease_until"], name="check_run_waiting")]
        constraints = [models.CheckConstraint(condition=Q(state__in=RunState.values), name="check_run_state_known")]
