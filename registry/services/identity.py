"""Showing who a patient is: to their own site, with a reason, and never unnoticed."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from registry.models import Patient, PatientIdentity
from sites.access import require
from sites.models import AccessKind
from sites.reads import access_record
from sites.roles import Permission

FIELDS = ("local_record_number", "birth_date", "given_name", "family_name")


def identity_reveal(patient: Patient, *, by: Any, reason: str) -> dict[str, Any]:
    """Return field -> value of a patient's identity, without what is empty, after noting who looked and why.

    The note is written first and in the same transaction, so nothing is shown that is not in the log. PermissionDenied
    for whoever is not of the patient's site, ValidationError without a reason.
    """
    require(by, Permission.IDENTITY_REVEAL, patient.site_id)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why you need to see it.")})
    with transaction.atomic():
        access_record(
            AccessKind.IDENTITY_REVEALED,
            object_type="patient",
            object_id=patient.pk,
            site=patient.site_id,
            reason=reason.strip(),
        )
        identity = PatientIdentity.objects.filter(patient=patient, site_id=patient.site_id).first()
    held = {name: getattr(identity, name, None) for name in FIELDS}
    return {name: value for name, value in held.items() if value is not None}
