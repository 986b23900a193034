"""Completing a form, and opening it again. A form is one topic of one case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.models import FormStatus, Patient
from registry.selectors.status import form_topic, locked_topics
from registry.services.blockers import refuse_blocked
from registry.services.locks import WriteRefused
from registry.services.reconcile import reconcile_cases
from sites.access import require
from sites.context import acting_as
from sites.roles import Permission


def form_complete(*, patient: Patient, topic: str, by: Any) -> None:
    """Say that the form of one topic is complete: from now on a change of its rows needs a reason."""
    forms_complete(patient=patient, topics=[topic], by=by)


def forms_complete(*, patient: Patient, topics: Sequence[str], by: Any) -> None:
    """Say so of several topics at once, as one page shows them; WriteRefused while a check of them stops it."""
    changes = {"is_complete": True, "completed_at": timezone.now(), "completed_by": by}
    codes = [form_topic(topic).code for topic in topics]
    with acting_as(by, reason=_("form completed")), transaction.atomic():
        refuse_blocked(patient, topics=codes)
        for code in codes:
            with editing(patient, code, by, _("form completed")):
                FormStatus.objects.update_or_create(
                    patient=patient,
                    topic=code,
                    defaults=changes,
                    create_defaults={**changes, "site_id": patient.site_id},
                )
        reconcile_cases([patient.pk], [FormStatus._meta.db_table])


def form_reopen(*, patient: Patient, topic: str, by: Any, reason: str) -> None:
    """Open a completed form again; changes of its rows go on to need a reason."""
    if not reason.strip():
        raise WriteRefused(_("Say why."))
    with editing(patient, topic, by, reason) as code:
        FormStatus.objects.filter(patient=patient, topic=code, is_complete=True).update(is_complete=False)


@contextmanager
def editing(patient: Patient, topic: str, by: Any, reason: str) -> Iterator[str]:
    """Act as a person who may edit the case, on a form that is not locked."""
    require(by, Permission.CASE_EDIT, patient.site_id)
    code = form_topic(topic).code
    with acting_as(by, reason=reason), transaction.atomic():
        if code in locked_topics(patient):
            raise WriteRefused(_("This form is locked. Ask a data manager to unlock it."))
        yield code
