"""Rows that a case once had: what somebody else deleted while a page of it was open."""

from __future__ import annotations

from uuid import UUID

from registry.metadata import Topic
from registry.models import InfusionCourse, Patient
from sites.audit import event_model_of


def was_row_of(patient: Patient, topic: Topic, row_id: UUID) -> bool:
    """Tell whether a row of a topic, one below the patient or below an infusion course, was once part of a case."""
    events = event_model_of(topic.model).objects.filter(pgh_obj_id=row_id, site_id=patient.site_id)
    if topic.parent == "patient":
        return events.filter(patient_id=patient.pk).exists()
    courses = event_model_of(InfusionCourse).objects.filter(patient_id=patient.pk, site_id=patient.site_id)
    return events.filter(course_id__in=courses.values("pgh_obj_id")).exists()
