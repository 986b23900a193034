"""Where the forms of a case stand: completed, locked, signed. A form is one topic of one patient."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registry.metadata.constraints import SameSiteAsParent
from registry.models.base import ParentKey
from sites.audit import audited
from sites.scoping import SiteScopedManager


class OfSite(models.Model):
    """A row about a site's cases, under a random key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey("study_sites.Site", on_delete=models.PROTECT, related_name="+")

    objects = SiteScopedManager()

    class Meta:
        abstract = True


def _person(**kwargs: object) -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", **kwargs)


@audited
class FormStatus(OfSite):
    """A form that has been completed at least once: from then on a change of its rows needs a reason.

    Re-opening clears `is_complete` and keeps the row, and with it the need of a reason.
    """

    patient = ParentKey("registry.Patient", "form_statuses")
    topic = models.CharField(max_length=40)
    is_complete = models.BooleanField(default=True)
    completed_at = models.DateTimeField()
    completed_by = _person()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patient", "topic"], name="form_status_once"),
            SameSiteAsParent(name="form_status_site_of_patient", parent="patient"),
        ]


@audited
class CaseLock(OfSite):
    """A locked form of a case, or with an empty topic the whole case. To unlock is to delete the row.

    A case with a lock cannot be deleted: the deletion would begin with the lock.
    """

    patient = ParentKey("registry.Patient", "locks", on_delete=models.PROTECT)
    topic = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=200)
    locked_at = models.DateTimeField(auto_now_add=True)
    locked_by = _person()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patient", "topic"], name="case_lock_once"),
            SameSiteAsParent(name="case_lock_site_of_patient", parent="patient"),
        ]


@audited
class SiteLock(OfSite):
    """All cases of a site whose first infusion was on or before a day are locked. To unlock is to delete the row."""

    until_on = models.DateField()
    reason = models.CharField(max_length=200)
    locked_at = models.DateTimeField(auto_now_add=True)
    locked_by = _person()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site"], name="site_lock_once")]


class Meaning(models.TextChoices):
    """What a signature says."""

    CORRECT = "CORRECT", _("I have reviewed this case, and it is complete and correct to the best of my knowledge.")


@audited
class Signature(OfSite):
    """An investigator's signature under a case as it was then.

    `record_sha256` is taken over the whole record but identity and adjudication; `audit_position` names, per topic,
    the last event of the audit trail that it covers. Unlocking the case voids the signature, which is kept.
    """

    patient = ParentKey("registry.Patient", "signatures")
    signed_by = _person()
    signer_name = models.CharField(max_length=200)
    signed_at = models.DateTimeField()
    meaning = models.CharField(max_length=12, choices=Meaning.choices)
    record_sha256 = models.CharField(max_length=64)
    audit_position = models.JSONField()
    voided_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-signed_at"]
        constraints = [
            SameSiteAsParent(name="signature_site_of_patient", parent="patient"),
            models.CheckConstraint(condition=Q(meaning__in=Meaning.values), name="signature_meaning_known"),
            models.CheckConstraint(condition=Q(record_sha256__regex=r"^[0-9a-f]{64}$"), name="signature_hash_form"),
        ]
