"""Locks: a form, a case, or a site's cases up to a day are kept as they are until a data manager unlocks them.

The database refuses the change itself (`lock_sql`); here locks are set and lifted, and its refusals put into words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.metadata import Topic, topic_named, topics
from registry.models import CaseLock, Patient, RunCause, Signature, SiteLock
from registry.services.blockers import refuse_blocked, refuse_blocked_site
from registry.services.check_runs import run_ask
from registry.services.derive import derive_patients
from registry.services.lock_sql import LOCKED, NO_REASON, REASON_NEEDED, is_locked
from registry.services.reconcile import reconcile_cases
from registry.services.refusals import WriteRefused
from registry.services.site_turns import wait_for_writers
from sites.access import require
from sites.context import acting_as
from sites.roles import Permission


def case_lock(*, patient: Patient, by: Any, reason: str, topic: str = "") -> None:
    """Lock a whole case, or the form of one topic. Locking what is locked changes nothing."""
    with _managing(patient.site, by, reason):
        wait_for_writers([patient.site_id])
        refuse_blocked(patient, topics=[topic] if topic else (), at_lock=True)
        named = {"patient": patient, "topic": topic_named(topic).code if topic else ""}
        CaseLock.objects.get_or_create(
            **named, defaults={"site_id": patient.site_id, "reason": reason, "locked_by": by}
        )


def case_unlock(*, patient: Patient, by: Any, reason: str, topic: str = "") -> None:
    """Unlock a case or a form, void its signatures, and compute anew what was kept meanwhile."""
    with _managing(patient.site, by, reason):
        if CaseLock.objects.filter(patient=patient, topic=topic).delete()[0]:
            _reopen([patient.pk], reason)
            reconcile_cases([patient.pk])


def site_lock(*, site: Any, until_on: date, by: Any, reason: str) -> None:
    """Lock all cases of a site whose first infusion was on or before a day; a later day extends an earlier lock."""
    with _managing(site, by, reason):
        wait_for_writers([site.pk])
        refuse_blocked_site(site, until_on)
        if SiteLock.objects.filter(site=site, until_on__gt=until_on).exists():
            raise WriteRefused(_("The site is locked up to a later day. Unlock it first."))
        changes = {"until_on": until_on, "reason": reason, "locked_by": by, "locked_at": timezone.now()}
        SiteLock.objects.update_or_create(site=site, defaults=changes)


def site_unlock(*, site: Any, by: Any, reason: str) -> None:
    """Unlock a site, void the signatures of the cases that it held, and compute those cases anew."""
    with _managing(site, by, reason):
        for lock in SiteLock.objects.filter(site=site):
            held = Patient.objects.filter(site=site, infusion_courses__infused_on__lte=lock.until_on)
            cases = list(held.distinct().values_list("pk", flat=True))
            lock.delete()
            _reopen(cases, reason)
        run_ask(cause=RunCause.ASKED, site=site, asked_by=by)


def refusal_of(error: Exception) -> WriteRefused | None:
    """Return the refusal in words, where the database refused because of a lock or a missing reason."""
    if isinstance(error, ProtectedError):
        return WriteRefused(_("This case has a lock. Ask a data manager to unlock it."), code=LOCKED)
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None)
    if name not in (LOCKED, REASON_NEEDED) or not diagnosis.message_hint:
        return None
    form = next(topic for topic in topics() if topic.model._meta.db_table == diagnosis.table_name)
    case = Patient.objects.filter(pk=diagnosis.message_hint).values_list("study_id", flat=True).first()
    return WriteRefused(_words(name) % {"form": _(form.label), "case": case or ""}, code=name)


def _words(name: str) -> str:
    if name == LOCKED:
        return _("The form “%(form)s” of case %(case)s is locked. Ask a data manager to unlock it.")
    return _("The form “%(form)s” of case %(case)s was completed before. Say why it changes.")


def refuse_locked(cursor: Any, table: str, topic: Topic, names: Mapping[str, Any]) -> None:
    """Mark the rows of a merged file that the database would refuse, so that each is named with its case."""
    patient = "m.id" if topic.parent is None else "m.patient_id"
    day = "m.infused_on" if topic.code == "infusion_course" else ""
    locked = is_locked(topic, patient=patient, site="%(site)s::uuid", day=day)
    completed = (
        f"EXISTS (SELECT FROM public.registry_formstatus f WHERE f.patient_id = {patient} AND f.topic = '{topic.code}')"
    )
    for code, condition in ((LOCKED, locked), (REASON_NEEDED, f"{NO_REASON} AND {completed}")):
        cursor.execute(
            f"UPDATE {table} m SET q_problems = array_append(q_problems, '{code}')"
            f" WHERE q_kind <> 'same' AND {condition}",
            names,
        )


@contextmanager
def _managing(site: Any, by: Any, reason: str) -> Iterator[None]:
    """Act as a person who may lock at a site and has said why."""
    require(by, Permission.CASE_LOCK, site)
    if not reason.strip():
        raise WriteRefused(_("Say why."))
    with acting_as(by, reason=reason), transaction.atomic():
        yield


def _reopen(patient_ids: Iterable[Any], reason: str) -> None:
    cases = list(patient_ids)
    standing = Signature.objects.filter(patient__in=cases, voided_at=None)
    standing.update(voided_at=timezone.now(), void_reason=reason)
    derive_patients(cases)
