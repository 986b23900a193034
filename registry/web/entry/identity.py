"""Entering who a patient is. What is recorded already is not shown here, and nothing of it is kept as a draft."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from registry.metadata import topic_named
from registry.metadata.encrypted import EncryptedDateVariable
from registry.metadata.fields import VariableField
from registry.models import Patient, PatientIdentity
from registry.models.patient import NAME_FIELDS
from registry.services.records import VersionConflict, record_change, record_create
from registry.web.entry.boxes import Lists, field_box
from registry.web.entry.case import Case
from registry.web.entry.control import Box

TOPIC = "identity"


def identity_fields(patient: Patient) -> list[VariableField]:
    """Return the fields that the patient's site records: names only where it has switched them on."""
    hidden = set() if patient.site.names_enabled else set(NAME_FIELDS)
    return [field for field in topic_named(TOPIC).entered_fields if field.name not in hidden]


def identity_boxes(case: Case, typed: Mapping[str, str]) -> list[Box]:
    """Return the controls, empty but for what was just typed."""
    lists, setting = Lists(), case.setting()
    boxes = []
    for field in identity_fields(case.patient):
        box = field_box(f"{TOPIC}-0", field, "", typed.get(f"{TOPIC}-0-{field.name}", ""), setting, lists)
        box.kind = "date" if isinstance(field, EncryptedDateVariable) else "words"
        boxes.append(box)
    return boxes


def identity_save(case: Case, boxes: list[Box], *, by: Any, reason: str) -> bool:
    """Write what was typed over what is recorded; empty controls leave it as it is. Errors are put beside the controls.

    Return whether it was written.
    """
    values = {box.key: box.state.value for box in boxes if box.state.value is not None}
    if not values:
        boxes[0].errors.append(_("Type at least one of the fields."))
        return False
    topic = topic_named(TOPIC)
    held = PatientIdentity.objects.filter(patient=case.patient, site_id=case.patient.site_id).first()
    try:
        if held is None:
            record_create(topic=topic, parent=case.patient, values=values, by=by, reason=reason)
        else:
            record_change(topic=topic, record=held, values=values, by=by, version=held.version, reason=reason)
    except VersionConflict:
        boxes[0].errors.append(_("Somebody else changed this identity just now. Look at it, then type yours again."))
        return False
    except ValidationError as refused:
        _put(boxes, refused)
        return False
    return True


def _put(boxes: list[Box], refused: ValidationError) -> None:
    by_name = {box.key: box for box in boxes}
    found = refused.message_dict if hasattr(refused, "error_dict") else {"": refused.messages}
    for name, words in found.items():
        by_name.get(name, boxes[0]).errors += words
