"""The numbers of the release policy: settings with a history, never code."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class PolicySetting(models.Model):
    """One value that a number of the policy was given. The latest one counts; rows are added and never changed."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=40)
    value = models.PositiveIntegerField()
    reason = models.CharField(max_length=200)
    set_at = models.DateTimeField(auto_now_add=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["name", "-id"], name="policy_setting_latest")]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="policy_setting_has_reason")]

    def __str__(self) -> str:
        return f"{self.name} {self.value}"
