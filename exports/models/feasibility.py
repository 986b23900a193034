"""What feasibility counts are made from: groups of similar cases in which nobody stands alone."""

from __future__ import annotations

import uuid

from django.db import models


class FeasibilityBasis(models.Model):
    """The groups of one day, made by the worker over all sites. The latest one counts.

    `groups` holds for each group its size and the level of each criterion that stands for it; no group is
    smaller than the limit of the policy, so no sum of groups tells of fewer people.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    made_at = models.DateTimeField()
    group_size = models.PositiveIntegerField()
    groups = models.JSONField(default=list)

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d}"
