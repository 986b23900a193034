"""Recording that a case has no row of a topic, and taking that back."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from registry.metadata.forms import none_topics
from registry.models import NoneOccurred, Patient
from registry.services.case_turns import wait_for_turn
from registry.services.locks import WriteRefused
from registry.services.none_withdrawn import patients_with_rows
from registry.services.reconcile import reconcile_cases
from registry.services.status import editing


def none_record(*, patient: Patient, topic: str, by: Any) -> None:
    """Record that none occurred. WriteRefused where rows say otherwise, or the form is locked."""
    if topic not in set(none_topics()):
        raise LookupError(f"“None occurred” is no answer for {topic}.")
    with editing(patient, topic, by, _("none occurred")):
        wait_for_turn(patient)
        if patients_with_rows(topic, [patient.pk]):
            raise WriteRefused(_("There are rows already. Delete them first, if none of this occurred."))
        said = {"site_id": patient.site_id, "said_at": timezone.now(), "said_by": by}
        NoneOccurred.objects.get_or_create(patient=patient, topic=topic, defaults=said)
        reconcile_cases([patient.pk], [NoneOccurred._meta.db_table])


def none_withdraw(*, patient: Patient, topic: str, by: Any) -> None:
    """Take the answer back, so that the form is open again."""
    with editing(patient, topic, by, _("“none occurred” taken back")):
        NoneOccurred.objects.filter(patient=patient, topic=topic).delete()
        reconcile_cases([patient.pk], [NoneOccurred._meta.db_table])
