"""Who may download a release besides the data managers."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from exports.models.release import Level, Release
from sites.audit import audited


class GrantQuerySet(models.QuerySet["ReleaseGrant"]):
    """Grants by person and day."""

    def valid_for(self, user: Any, on: date) -> Self:
        """Keep the grants of a person that hold on a day, the last day included."""
        return self.filter(investigator_id=user.pk, revoked_at=None, valid_until__gte=on)


@audited
class ReleaseGrant(models.Model):
    """One release given to one investigator until a day, by somebody else."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="grants")
    investigator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="release_grants",
        verbose_name=_("investigator"),
    )
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(auto_now_add=True)
    valid_until = models.DateField(_("valid until"))
    # The most that this person may have of the release.
    level = models.CharField(_("level"), max_length=12, choices=Level.choices, default=Level.AGREEMENT)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(GrantQuerySet)()

    class Meta:
        ordering = ["release", "investigator", "granted_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["release", "investigator"], condition=models.Q(revoked_at=None), name="release_grant_open_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(investigator=models.F("granted_by")),
                name="release_grant_by_another",
                violation_error_message=_("Nobody grants a release to themselves."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.release} {self.investigator}"
