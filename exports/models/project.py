"""The research project that releases are made for: subject keys are stable inside it and unlinkable across."""

from __future__ import annotations

import secrets
import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from sites.audit import audited


def new_salt() -> bytes:
    """Return 32 random bytes."""
    return secrets.token_bytes(32)


@audited(exclude=["salt"])
class Project(models.Model):
    """One approved project.

    The key of its subject keys is made from the salt and a secret outside the database, and is stored nowhere.
    Deleting the salt cuts the link between its releases and the registry for good; so the audit trail keeps no copy.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(_("title"), max_length=120, unique=True)
    salt = models.BinaryField(default=new_salt, max_length=32, editable=False)
    # Digest of a site under the project key -> its code, so that a code keeps its site from release to release.
    site_codes = models.JSONField(default=dict, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title
