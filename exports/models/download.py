"""The ledger of downloads: who took which bytes, when, and by which right."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from exports.models.grant import ReleaseGrant
from exports.models.package import ReleasePackage
from exports.models.release import Release
from exports.models.report import StudyReport
from exports.models.terms import TermsAcceptance
from sites.audit import audited


@audited
class Download(models.Model):
    """One download of one package, or of one file of a report.

    `grant` is empty where a data manager downloaded; `terms` are those accepted.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="downloads")
    downloaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    grant = models.ForeignKey(ReleaseGrant, on_delete=models.PROTECT, null=True, blank=True, related_name="downloads")
    package = models.ForeignKey(
        ReleasePackage, on_delete=models.PROTECT, null=True, blank=True, related_name="downloads"
    )
    report = models.ForeignKey(StudyReport, on_delete=models.PROTECT, null=True, blank=True, related_name="downloads")
    terms = models.ForeignKey(
        TermsAcceptance, on_delete=models.PROTECT, null=True, blank=True, related_name="downloads"
    )
    package_sha256 = models.CharField(max_length=64)
    downloaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-downloaded_at"]

    def __str__(self) -> str:
        return f"{self.release} {self.downloaded_at:%Y-%m-%d %H:%M}"
