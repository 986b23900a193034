"""The terms of use that a person has accepted for a release, word for word by their digest."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from exports.models.release import Release
from sites.audit import audited


@audited
class TermsAcceptance(models.Model):
    """One person accepted one version of the terms for one release."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="acceptances")
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField(auto_now_add=True)
    version = models.CharField(max_length=20)
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["-accepted_at"]
        constraints = [
            models.UniqueConstraint(fields=["release", "accepted_by", "version"], name="terms_accepted_once")
        ]

    def __str__(self) -> str:
        return f"{self.release} {self.version}"
