"""The tokens with which REDCap clients read a released level. Only the digest of a token is kept."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exports.models.release import Level, Release
from sites.audit import audited


class TokenQuerySet(models.QuerySet["ReleaseToken"]):
    """Tokens by the moment."""

    def living(self, at: dt.datetime) -> Self:
        """Keep the tokens that were not revoked and have not expired at a moment."""
        return self.filter(revoked_at=None, expires_at__gt=at)


# What is written with every use is no change of what the token allows.
@audited(exclude=["last_used_at", "ledger_on"])
class ReleaseToken(models.Model):
    """One token for one level of one release, of one person, until a moment.

    `digest` is the SHA-256 of the 32 characters, which were shown once; `hint` is the last four of them. `ledger_on` is
    the last day for which the ledger of downloads has a line of this token.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="redcap_tokens")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    level = models.CharField(_("level"), max_length=12, choices=Level.choices)
    label = models.CharField(_("label"), max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=4)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    ledger_on = models.DateField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(TokenQuerySet)()

    class Meta:
        ordering = ["-created_at"]
        constraints = [models.CheckConstraint(condition=models.Q(level__in=Level.values), name="release_token_level")]

    def __str__(self) -> str:
        return f"{self.release} {self.label} …{self.hint}"

    @property
    def last_day(self) -> dt.date:
        """Return the last day on which the token opens something."""
        return timezone.localdate(self.expires_at - dt.timedelta(seconds=1))

    @property
    def is_living(self) -> bool:
        """Say whether the token was not revoked and has not expired."""
        return self.revoked_at is None and self.expires_at > timezone.now()
