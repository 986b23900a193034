"""What belongs to entering a case without being part of the clinical record: drafts, and "none occurred"."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from registry.metadata.constraints import SameSiteAsParent
from registry.models.base import ParentKey
from registry.models.status import OfSite
from sites.audit import audited


@audited
class NoneOccurred(OfSite):
    """The recorded answer that a case has no row of a topic: no CRS, no infection. A row of the topic withdraws it."""

    patient = ParentKey("registry.Patient", "none_answers")
    topic = models.CharField(max_length=40)
    said_at = models.DateTimeField()
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patient", "topic"], name="none_occurred_once"),
            SameSiteAsParent(name="none_occurred_site_of_patient", parent="patient"),
        ]


class Draft(OfSite):
    """What one person has typed on one form of a case and not saved yet, as typed.

    `form` is the code of the case form, `row` the key of its head row ("" for a form without one, "new" for one that
    does not exist yet). `typed` maps the name of a control to its text, hidden versions included, so that a draft
    restored after a week still notices what others saved meanwhile. A draft is no part of the record: it is in no
    history and no release, only its owner sees it, and saving or discarding removes it.
    """

    patient = ParentKey("registry.Patient", "drafts")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    form = models.CharField(max_length=40)
    row = models.CharField(max_length=36, blank=True)
    typed = models.JSONField(default=dict)
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["-saved_at"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "patient", "form", "row"], name="draft_once"),
            SameSiteAsParent(name="draft_site_of_patient", parent="patient"),
        ]
