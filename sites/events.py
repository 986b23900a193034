"""The base of all audit events: one row per inserted, changed or deleted row of an audited table."""

from __future__ import annotations

import pghistory.models
from django.db import models


class AuditEvent(pghistory.models.Event):
    """One change of one row. Numbered with 64 bits: a large registry outgrows the 32 that are the default."""

    pgh_id = models.BigAutoField(primary_key=True)

    class Meta:
        abstract = True
