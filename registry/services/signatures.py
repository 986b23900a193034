"""Signatures: an investigator signs a case as it stands; a later change shows, because the record is hashed again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.models import Patient, Signature
from registry.models.status import Meaning
from registry.selectors.record_hashes import record_hashes
from registry.selectors.status import form_topics
from registry.services.lock_sql import patient_of_row
from sites.access import require
from sites.audit import event_model_of
from sites.context import acting_as
from sites.roles import Permission


@dataclass(frozen=True)
class SignatureState:
    """A signature and whether it still stands for the record: not voided, and nothing changed since."""

    signature: Signature
    stands: bool


def case_sign(*, patient: Patient, by: Any, meaning: str = Meaning.CORRECT) -> Signature:
    """Sign a case as it stands now. The caller has just asked the person for their password again."""
    require(by, Permission.CASE_SIGN, patient.site_id)
    with acting_as(by, reason=_("case signed")), transaction.atomic():
        return Signature.objects.create(
            site_id=patient.site_id,
            patient=patient,
            signed_by=by,
            signer_name=by.full_name,
            signed_at=timezone.now(),
            meaning=Meaning(meaning),
            record_sha256=record_hashes([patient.pk])[patient.pk],
            audit_position=_audit_position(patient),
        )


def signatures_of(patient: Patient) -> list[SignatureState]:
    """Return the signatures of a case, the newest first, each compared with the record of this moment."""
    found = list(Signature.objects.filter(patient=patient).select_related("signed_by"))
    now = record_hashes([patient.pk]).get(patient.pk) if found else None
    return [SignatureState(s, s.voided_at is None and s.record_sha256 == now) for s in found]


def signed_cases(patients: Iterable[Patient]) -> dict[UUID, bool]:
    """Return case -> whether its newest signature still stands; unsigned cases are left out."""
    signed = Signature.objects.filter(patient__in=list(patients)).order_by("signed_at")
    newest = {signature.patient_id: signature for signature in signed}
    now = record_hashes(newest)
    return {key: s.voided_at is None and s.record_sha256 == now.get(key) for key, s in newest.items()}


def _rows_sql(topic: Any) -> str:
    joins, patient = patient_of_row(topic, "r")
    return (
        f"SELECT {patient} AS case_id, '{topic.code}' AS topic, r.id AS row_id, NULL AS said"
        f" FROM public.{topic.model._meta.db_table} r{joins} WHERE {patient} = ANY (%(cases)s)"
    )


def _audit_position(patient: Patient) -> dict[str, int]:
    """Return topic -> number of the last event of the audit trail about this case's rows."""
    with connection.cursor() as cursor:
        cursor.execute(_position_sql(), {"cases": [patient.pk]})
        return {topic: number for topic, number in cursor.fetchall() if number}


@cache
def _position_sql() -> str:
    return " UNION ALL ".join(
        f"SELECT '{topic.code}', max(e.pgh_id) FROM public.{event_model_of(topic.model)._meta.db_table} e"
        f" WHERE e.pgh_obj_id IN (SELECT row_id FROM ({_rows_sql(topic)}) rows)"
        for topic in form_topics()
    )
