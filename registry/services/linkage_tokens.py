"""The tokens of a patient: keyed digests of facts that two hospitals would both have written down."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from registry.models import InfusionCourse, PatientIdentity, TokenKind
from registry.rules.identity import normalised_surname
from sites.crypto import blind_index

Token = tuple[str, str]  # kind, digest


def tokens_of(patient_ids: Collection[UUID]) -> dict[UUID, tuple[UUID, set[Token]]]:
    """Return patient -> (site, tokens) of those that have an identity. Birth dates and names stay in this process."""
    infused = _infusion_days(patient_ids)
    identities = PatientIdentity.objects.filter(patient__in=patient_ids).select_related("patient")
    return {
        identity.patient_id: (identity.site_id, set(_tokens(identity, infused[identity.patient_id])))
        for identity in identities
    }


def _infusion_days(patient_ids: Collection[UUID]) -> defaultdict[UUID, list[dt.date]]:
    days: defaultdict[UUID, list[dt.date]] = defaultdict(list)
    courses = InfusionCourse.objects.filter(patient__in=patient_ids, infused_on__isnull=False)
    for patient_id, day in courses.values_list("patient_id", "infused_on"):
        days[patient_id].append(day)
    return days


def _tokens(identity: Any, infused: list[dt.date]) -> Iterator[Token]:
    birth, sex = identity.birth_date, identity.patient.sex
    if birth is None or not sex:
        return
    person = (birth.isoformat(), sex)
    if surname := normalised_surname(identity.family_name or ""):
        yield TokenKind.NAME.value, blind_index("linkage name", *person, surname)
    for day in infused:
        yield TokenKind.INFUSION.value, blind_index("linkage infusion", *person, day.isoformat())
