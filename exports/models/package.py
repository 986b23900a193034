"""The packages of a release: one file for each level and format."""

from __future__ import annotations

import uuid

from django.db import models

from exports.models.release import Format, Level, Release
from sites.audit import audited


@audited
class ReleasePackage(models.Model):
    """One file that can be downloaded. `path` lies under the folder of all releases; `facts` are its manifest in short.

    Where a level could not be made, `refusal` says why and there is no file.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="packages")
    level = models.CharField(max_length=12, choices=Level.choices)
    format = models.CharField(max_length=8, choices=Format.choices)
    path = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField(default=0)
    patients = models.PositiveIntegerField(default=0)
    losses = models.JSONField(default=list, blank=True)
    refusal = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["release", "level", "format"]
        constraints = [
            models.UniqueConstraint(fields=["release", "level", "format"], name="release_package_once"),
            models.CheckConstraint(
                condition=models.Q(refusal="", size__gt=0) & ~models.Q(path="") & ~models.Q(sha256="")
                | ~models.Q(refusal="") & models.Q(path=""),
                name="release_package_whole_or_refused",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.release} {self.level} {self.format}"

    @property
    def filename(self) -> str:
        """Return the name of the saved file: release, the level where it is not the release's own, format."""
        parts = [self.release.name, *([self.level.lower()] if self.level != self.release.profile else [])]
        return "-".join([*parts, self.format.lower()]) + ".zip"
