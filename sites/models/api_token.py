"""A key with which a program acts for a person, within less than the person may do."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sites.audit import audited


class Scope(models.TextChoices):
    """What a token is good for. A token never does what its person may not do."""

    READ = "read", _("Read: cases, queries, uploads, releases and requests")
    WRITE = "write", _("Write: enter and change cases, hand in files, ask and answer queries, write requests")
    EXPORT = "export", _("Export: freeze, and take packages and reports of releases out")


class TokenQuerySet(models.QuerySet["ApiToken"]):
    """Tokens by whether they still open anything."""

    def living(self, at: datetime | None = None) -> Self:
        """Keep the tokens that are neither revoked nor expired."""
        return self.filter(revoked_at=None, expires_at__gt=at or timezone.now())


@audited(exclude=["digest", "last_used_at"])
class ApiToken(models.Model):
    """A token of one person. Only the SHA-256 of it is kept: the token has 256 random bits, nobody guesses them.

    `sites` are the hospitals that it reaches, none named means all of the person's. `hint` are its last characters.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="api_tokens", verbose_name=_("person")
    )
    label = models.CharField(_("name"), max_length=80)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(max_length=4, editable=False)
    scopes = ArrayField(models.CharField(max_length=8, choices=Scope.choices), verbose_name=_("scopes"))
    sites = ArrayField(models.UUIDField(), default=list, blank=True, verbose_name=_("sites"))
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)

    objects = models.Manager.from_queryset(TokenQuerySet)()

    class Meta:
        verbose_name = _("token")
        verbose_name_plural = _("tokens")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(scopes__contained_by=Scope.values) & ~Q(scopes=[]), name="api_token_scopes_known"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("created_at")), name="api_token_expires_later"),
        ]

    def __str__(self) -> str:
        return f"{self.label} …{self.hint}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save with the scopes in their order, each once."""
        self.scopes = [scope for scope in Scope.values if scope in self.scopes]
        super().save(*args, **kwargs)

    @property
    def is_living(self) -> bool:
        """Tell whether it still opens anything."""
        return self.revoked_at is None and self.expires_at > timezone.now()

    def reaches(self, scope: Scope) -> bool:
        """Tell whether it is good for a scope."""
        return scope.value in self.scopes
