"""From a mark of a chart to the form on which it was entered."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Model
from django.urls import reverse

from registry.metadata import topic_of
from registry.metadata.forms import Shape, form_of_topic


def entry_url(patient_id: UUID, row: Model) -> str:
    """Return the address of a row on its form."""
    topic = topic_of(type(row))
    form = form_of_topic(topic.code)
    if form.shape is not Shape.REPEATED:
        return f"{reverse('case_form', args=[patient_id, form.code])}#row-{row.pk}"
    # A grid's rows stand on the page of their episode or course.
    head_pk = getattr(row, f"{topic.parent}_id") if topic.code in form.lists else row.pk
    return f"{reverse('case_form_row', args=[patient_id, form.code, head_pk])}#row-{row.pk}"


def new_url(patient_id: UUID, code: str) -> str:
    """Return the address where the first row of a form is entered."""
    return reverse("case_form_new", args=[patient_id, code])
