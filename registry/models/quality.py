"""How good the data of a site are: figures of each site for itself, and the anonymous figures of its peers."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from sites.scoping import SiteScopedManager


class SiteScore(models.Model):
    """The scorecard of one site on one day: measure -> {"value": …, "of": …}. Computed by the worker."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey("study_sites.Site", on_delete=models.CASCADE, related_name="+")
    taken_at = models.DateTimeField()
    figures = models.JSONField(default=dict)

    objects = SiteScopedManager()

    class Meta:
        ordering = ["-taken_at"]
        constraints = [models.UniqueConstraint(fields=["site"], name="site_score_once")]


class PeerScore(models.Model):
    """One measure over all sites, without names: quartiles and how many sites they rest on, suppressed where few."""

    id = models.BigAutoField(primary_key=True)
    measure = models.CharField(max_length=60)
    taken_at = models.DateTimeField()
    figures = models.JSONField(default=dict)

    class Meta:
        ordering = ["measure"]
        constraints = [models.UniqueConstraint(fields=["measure"], name="peer_score_once")]


class DigestFrequency(models.TextChoices):
    """How often a person is told by e-mail what waits for them."""

    DAILY = "DAILY", _("Every day on which something waits")
    WEEKLY = "WEEKLY", _("Every Monday on which something waits")
    NEVER = "NEVER", _("Never")


class DigestChoice(models.Model):
    """How often a person wants the digest; without a row, weekly."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="digest_choice", primary_key=True
    )
    frequency = models.CharField(max_length=8, choices=DigestFrequency.choices, default=DigestFrequency.WEEKLY)
    last_sent_at = models.DateTimeField(null=True, blank=True)
