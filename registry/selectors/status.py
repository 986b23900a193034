"""Where forms and cases stand: completed, locked, by whom and since when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery

from registry.metadata import Topic, topics
from registry.models import CaseLock, FormStatus, InfusionCourse, Patient, SiteLock
from registry.selectors.record_counts import row_counts

# Identity is no part of the study's record, and reviews are the adjudicators'.
NO_FORMS = frozenset({"identity", "death_review"})


@dataclass(frozen=True)
class FormState:
    """One form of a case: how many rows it has, whether it was completed, whether it is locked."""

    topic: Topic
    rows: int
    status: FormStatus | None
    is_locked: bool
    lock: CaseLock | None

    @property
    def is_complete(self) -> bool:
        """Tell whether the site has said that the form is complete, and has not opened it again."""
        return self.status is not None and self.status.is_complete


def form_topics() -> list[Topic]:
    """Return the topics that are forms of a case."""
    return [topic for topic in topics() if topic.code not in NO_FORMS]


def form_topic(code: str) -> Topic:
    """Return a form by its code; LookupError for what is none."""
    for topic in form_topics():
        if topic.code == code:
            return topic
    raise LookupError(f"No form {code}.")


def case_locks(patient: Patient) -> dict[str, CaseLock]:
    """Return topic code -> lock; the lock of the whole case stands under an empty code."""
    locks = CaseLock.objects.filter(patient=patient).select_related("locked_by")
    return {lock.topic: lock for lock in locks}


def site_lock_of(patient: Patient) -> SiteLock | None:
    """Return the lock of the site, where it reaches this case."""
    infused = InfusionCourse.objects.filter(patient=patient, infused_on__lte=OuterRef("until_on"))
    return SiteLock.objects.filter(Exists(infused), site_id=patient.site_id).select_related("locked_by").first()


def locked_topics(patient: Patient) -> frozenset[str]:
    """Return the codes of the forms of a case that cannot be changed now."""
    return _locked(patient, case_locks(patient))


def _locked(patient: Patient, locks: Mapping[str, CaseLock]) -> frozenset[str]:
    if "" in locks or site_lock_of(patient):
        return frozenset(topic.code for topic in form_topics())
    return frozenset(locks)


def form_states(patient: Patient) -> list[FormState]:
    """Return every form of a case, in the order of the record; as many queries however many forms there are."""
    statuses = {s.topic: s for s in FormStatus.objects.filter(patient=patient).select_related("completed_by")}
    forms, locks = form_topics(), case_locks(patient)
    locked, rows = _locked(patient, locks), row_counts(patient.pk, tuple(topic.code for topic in forms))
    return [
        FormState(topic, rows[topic.code], statuses.get(topic.code), topic.code in locked, locks.get(topic.code))
        for topic in forms
    ]


@dataclass(frozen=True)
class CaseState:
    """One line of the board: how many forms are complete, how many locked one by one, and what locks all of it."""

    patient: Patient
    complete: int
    locked: int
    is_locked_whole: bool
    is_locked_by_site: bool


def case_states(patients: list[Patient]) -> list[CaseState]:
    """Return the state of each of these cases, in three queries."""
    complete = _counted(FormStatus.objects.filter(patient__in=patients, is_complete=True))
    locked = _counted(CaseLock.objects.filter(patient__in=patients).exclude(topic=""))
    whole = set(CaseLock.objects.filter(patient__in=patients, topic="").values_list("patient_id", flat=True))
    by_site = _held_by_site(patients)
    return [CaseState(p, complete.get(p.pk, 0), locked.get(p.pk, 0), p.pk in whole, p.pk in by_site) for p in patients]


def _counted(rows: QuerySet[Any]) -> dict[UUID, int]:
    return dict(rows.order_by().values_list("patient_id").annotate(count=Count("pk")))


def _held_by_site(patients: list[Patient]) -> set[UUID]:
    until = SiteLock.objects.filter(site_id=OuterRef("site_id")).values("until_on")
    early = InfusionCourse.objects.filter(patient__in=patients, infused_on__lte=Subquery(until))
    return set(early.values_list("patient_id", flat=True))


def site_locks() -> dict[UUID, SiteLock]:
    """Return site -> its lock."""
    return {lock.site_id: lock for lock in SiteLock.objects.select_related("locked_by")}
