"""Completing a form, and opening it again. A form is one topic of one case."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.models import FormStatus, Patient
from registry.selectors.status import form_topic, locked_topics
from registry.services.locks import WriteRefused
from sites.access import require
from sites.context import acting_as
from sites.roles import Permission


def form_complete(*, patient: Patient, topic: str, by: Any) -> FormStatus:
    """Say that a form is complete: from now on a change of its rows needs a reason."""
    code = _editable(patient, topic, by)
    changes = {"is_complete": True, "completed_at": timezone.now(), "completed_by": by}
    with acting_as(by, reason=_("form completed")), transaction.atomic():
        return FormStatus.objects.update_or_create(
            patient=patient, topic=code, defaults=changes, create_defaults={**changes, "site_id": patient.site_id}
        )[0]


def form_reopen(*, patient: Patient, topic: str, by: Any, reason: str) -> None:
    """Open a completed form again; changes of its rows go on to need a reason."""
    code = _editable(patient, topic, by)
    if not reason.strip():
        raise WriteRefused(_("Say why."))
    with acting_as(by, reason=reason), transaction.atomic():
        FormStatus.objects.filter(patient=patient, topic=code, is_complete=True).update(is_complete=False)


def _editable(patient: Patient, topic: str, by: Any) -> str:
    require(by, Permission.CASE_EDIT, patient.site_id)
    code = form_topic(topic).code
    if code in locked_topics(patient):
        raise WriteRefused(_("This form is locked. Ask a data manager to unlock it."))
    return code
