"""The same patient at two sites: digests to compare by, and the cases that a data manager decides.

Neither table says who a patient is. A token belongs to its site; a linkage case belongs to both sites and is seen by
those alone who see both, which in practice means data managers.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sites.audit import audited
from sites.scoping import SiteScopedManager


class TokenKind(models.TextChoices):
    """What two records have in common when their tokens are equal."""

    NAME = "NAME", _("Date of birth, sex and surname")
    INFUSION = "INFUSION", _("Date of birth, sex and day of infusion")


class LinkageState(models.TextChoices):
    """Where a linkage case stands."""

    OPEN = "OPEN", _("Open")
    SAME = "SAME", _("The same patient")
    DIFFERENT = "DIFFERENT", _("Different patients")


class LinkageToken(models.Model):
    """A keyed digest of facts about a patient. Computed; compared by the registry itself, never in a site's context."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey("study_sites.Site", on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey("registry.Patient", on_delete=models.CASCADE, related_name="linkage_tokens")
    kind = models.CharField(max_length=12, choices=TokenKind.choices)
    token = models.CharField(max_length=64, db_index=True)

    objects = SiteScopedManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["patient", "kind", "token"], name="linkage_token_once")]


@audited
class LinkageCase(models.Model):
    """Two cases of two sites that may be one patient.

    The patients are plain keys, not foreign keys: a site that deletes its case must not be stopped by, and so learn of,
    a row that it may not see.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    first_patient = models.UUIDField()
    second_patient = models.UUIDField()
    first_site = models.ForeignKey("study_sites.Site", on_delete=models.PROTECT, related_name="+")
    second_site = models.ForeignKey("study_sites.Site", on_delete=models.PROTECT, related_name="+")
    matched_on = models.CharField(max_length=12, choices=TokenKind.choices)
    created_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=12, choices=LinkageState.choices, default=LinkageState.OPEN)
    reason = models.CharField(max_length=500, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["first_patient", "second_patient"], name="linkage_pair_once"),
            models.CheckConstraint(condition=Q(first_patient__lt=F("second_patient")), name="linkage_pair_ordered"),
            models.CheckConstraint(
                condition=Q(state="OPEN", decided_at=None) | Q(~Q(reason=""), decided_at__isnull=False),
                name="linkage_decision_has_reason",
            ),
        ]
