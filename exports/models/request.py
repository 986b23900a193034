"""What an investigator asks for, the talk about it, and what a data manager decides."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from exports.models.project import Project
from sites.audit import audited


class RequestState(models.TextChoices):
    """Where a request stands."""

    DRAFT = "DRAFT", _("Draft")
    SUBMITTED = "SUBMITTED", _("Waiting for a decision")
    APPROVED = "APPROVED", _("Approved")
    REFUSED = "REFUSED", _("Refused")
    RECALLED = "RECALLED", _("Taken back")


@audited
class DataRequest(models.Model):
    """One request for data: why, which cases, which variables, under which approval and agreement.

    `cohort` and `selection` are in the words of `exports.leaving.order`. `project` is given at the decision: its
    releases share subject keys. Nobody decides on their own request.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=12, unique=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="data_requests")
    title = models.CharField(_("title"), max_length=120)
    aim = models.TextField(_("aim"), blank=True, max_length=4000)
    profile = models.CharField(_("profile"), max_length=12, default="AGREEMENT")
    cohort = models.JSONField(default=dict, blank=True)
    selection = models.JSONField(default=dict, blank=True)
    formats = models.JSONField(default=list, blank=True)
    approval_reference = models.CharField(_("ethics approval"), max_length=120, blank=True)
    agreement_reference = models.CharField(_("data use agreement"), max_length=120, blank=True)
    state = models.CharField(max_length=10, choices=RequestState.choices, default=RequestState.DRAFT)
    created_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=1000, blank=True)
    # The last day on which what is released may be downloaded.
    valid_until = models.DateField(null=True, blank=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, blank=True, related_name="requests")

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=RequestState.values), name="data_request_state_known"),
            models.CheckConstraint(
                condition=~models.Q(requested_by=models.F("decided_by")),
                name="data_request_decided_by_another",
                violation_error_message=_("Nobody decides on their own request."),
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=("APPROVED", "REFUSED"))
                | models.Q(decided_at__isnull=False, decided_by__isnull=False) & ~models.Q(decision_reason=""),
                name="data_request_decision_has_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(state="DRAFT") | models.Q(submitted_at__isnull=False) | models.Q(state="RECALLED"),
                name="data_request_submitted_when_not_draft",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def is_open(self) -> bool:
        """Say whether a decision is still to come."""
        return self.state in (RequestState.DRAFT, RequestState.SUBMITTED)


@audited
class RequestMessage(models.Model):
    """One message between the person who asked and the data managers."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(DataRequest, on_delete=models.PROTECT, related_name="messages")
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)
    text = models.TextField(_("message"), max_length=4000)

    class Meta:
        ordering = ["written_at"]

    def __str__(self) -> str:
        return f"{self.request} {self.written_at:%Y-%m-%d %H:%M}"
