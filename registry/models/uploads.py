"""Uploads: files of one site on their way into the record, what was found in them, and the state of the work."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sites.scoping import SiteScopedManager


class UploadState(models.TextChoices):
    """Where an upload stands."""

    QUEUED = "QUEUED", _("Waiting")
    CHECKING = "CHECKING", _("Being checked")
    CHECKED = "CHECKED", _("Checked, waits for your decision")
    COMMITTING = "COMMITTING", _("Being saved")
    DONE = "DONE", _("Saved")
    REFUSED = "REFUSED", _("Refused, nothing saved")
    FAILED = "FAILED", _("Failed, nothing saved")
    CANCELLED = "CANCELLED", _("Discarded, nothing saved")


WAITING = (UploadState.QUEUED,)
RUNNING = (UploadState.CHECKING, UploadState.COMMITTING)
FINISHED = (UploadState.DONE, UploadState.REFUSED, UploadState.FAILED, UploadState.CANCELLED)


class UploadMode(models.TextChoices):
    """What happens to good rows when others have problems."""

    ALL_OR_NONE = "all_or_none", _("Save everything or nothing")
    GOOD_ROWS_ONLY = "good_rows_only", _("Save the good rows, leave out the others")


class BlankCells(models.TextChoices):
    """What an empty cell means for a value that the registry holds already."""

    KEEP = "keep", _("An empty cell leaves the saved value as it is")
    OVERWRITE = "overwrite", _("An empty cell empties the saved value")


class NumberStyle(models.TextChoices):
    """How the files separate columns and write decimals; chosen by the person, never guessed."""

    POINT = "point", _("Comma between columns, decimal point (1.5)")
    COMMA = "comma", _("Semicolon between columns, decimal comma (1,5)")


class Upload(models.Model):
    """One batch of files of one site, checked and saved together. The row is the truth about the job."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey("study_sites.Site", on_delete=models.PROTECT, related_name="+")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    mode = models.CharField(max_length=16, choices=UploadMode.choices, default=UploadMode.ALL_OR_NONE)
    blank_cells = models.CharField(max_length=12, choices=BlankCells.choices, default=BlankCells.KEEP)
    number_style = models.CharField(max_length=8, choices=NumberStyle.choices, default=NumberStyle.POINT)
    state = models.CharField(max_length=12, choices=UploadState.choices, default=UploadState.QUEUED)
    is_commit_wanted = models.BooleanField(default=False)
    step = models.PositiveSmallIntegerField(default=0)
    steps = models.PositiveSmallIntegerField(default=0)
    step_file = models.CharField(max_length=100, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    error_code = models.CharField(max_length=40, blank=True)
    error_reference = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    objects = SiteScopedManager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["site", "-created_at"]), models.Index(fields=["state", "lease_until"])]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=UploadState.values), name="upload_state_known"),
            models.CheckConstraint(condition=Q(mode__in=UploadMode.values), name="upload_mode_known"),
        ]

    @property
    def is_finished(self) -> bool:
        """Tell whether nothing more will happen to it."""
        return self.state in FINISHED

    @property
    def is_working(self) -> bool:
        """Tell whether a worker has it or will take it."""
        return self.state in (*WAITING, *RUNNING)


class UploadFile(models.Model):
    """One file of an upload: its bytes until they are no longer needed, and what was counted in it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="files")
    site = models.ForeignKey("study_sites.Site", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    topic = models.CharField(max_length=40, blank=True)
    size = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField(null=True)
    rows = models.PositiveIntegerField(default=0)
    new_rows = models.PositiveIntegerField(default=0)
    changed_rows = models.PositiveIntegerField(default=0)
    same_rows = models.PositiveIntegerField(default=0)
    problems = models.PositiveIntegerField(default=0)
    rejected_rows = models.JSONField(default=list)

    objects = SiteScopedManager()

    class Meta:
        ordering = ["upload", "name"]
        constraints = [models.UniqueConstraint(fields=["upload", "name"], name="upload_file_once")]


class UploadFinding(models.Model):
    """One problem in one file: which row and column, what stood there, and what is wrong with it.

    `value` is what the person typed and therefore patient data. `row` counts as a spreadsheet does: the header is 1.
    """

    id = models.BigAutoField(primary_key=True)
    file = models.ForeignKey(UploadFile, on_delete=models.CASCADE, related_name="findings")
    site = models.ForeignKey("study_sites.Site", on_delete=models.PROTECT, related_name="+")
    row = models.PositiveIntegerField(null=True)
    column = models.CharField(max_length=100, blank=True)
    value = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=40)
    params = models.JSONField(default=dict)

    objects = SiteScopedManager()

    class Meta:
        ordering = ["file", "id"]
