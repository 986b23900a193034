"""A release: one frozen, de-identified state of the registry. It is never edited, only superseded."""

from __future__ import annotations

import uuid

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from exports.models.project import Project
from sites.audit import audited


class Profile(models.TextChoices):
    """Under which terms data leave, which decides how much detail they keep."""

    AGREEMENT = "AGREEMENT", _("Under an agreement: whole days between events, a site code of the project")


class ReleaseState(models.TextChoices):
    """Where a release stands."""

    PENDING = "PENDING", _("Being made")
    PUBLISHED = "PUBLISHED", _("Published")
    SUPERSEDED = "SUPERSEDED", _("Superseded")


@audited
class Release(models.Model):
    """One freeze and its package. `data_cut_at` is when the snapshot was taken, on which agreements had to be valid."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="releases")
    name = models.CharField(
        _("name"),
        max_length=40,
        unique=True,
        validators=[
            RegexValidator(r"^[A-Z][A-Z0-9]*-\d{4}\.\d{1,3}\Z", _("Write a name, the year and a number: QUELL-2026.1."))
        ],
        error_messages={"unique": _("A release with this name exists.")},
    )
    profile = models.CharField(_("profile"), max_length=12, choices=Profile.choices, default=Profile.AGREEMENT)
    state = models.CharField(max_length=12, choices=ReleaseState.choices, default=ReleaseState.PENDING)
    data_cut_at = models.DateTimeField(_("data cut"), null=True, blank=True)
    leaves_out_blocked = models.BooleanField(_("leave out blocked cases"), default=False)
    content_hash = models.CharField(max_length=64, blank=True)
    manifest = models.JSONField(default=dict, blank=True)
    package_path = models.CharField(max_length=200, blank=True)
    package_sha256 = models.CharField(max_length=64, blank=True)
    package_bytes = models.BigIntegerField(null=True, blank=True)
    supersedes = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="successors")
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "name"]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=ReleaseState.values), name="release_state_known"),
            models.CheckConstraint(condition=models.Q(profile__in=Profile.values), name="release_profile_known"),
            models.CheckConstraint(
                condition=models.Q(state=ReleaseState.PENDING)
                | models.Q(data_cut_at__isnull=False, package_bytes__isnull=False)
                & ~models.Q(package_sha256="")
                & ~models.Q(content_hash=""),
                name="release_published_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_published(self) -> bool:
        """Say whether there is a package: also a superseded release keeps its own."""
        return self.state != ReleaseState.PENDING
