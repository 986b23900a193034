"""Which row above a new row belongs to: the infusion course, the course of anakinra."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from registry.metadata import Topic
from registry.metadata.forms import form_of_topic
from registry.models import InfusionCourse, Patient
from registry.selectors.cases import case_rows
from registry.services.rows import auto_key
from registry.web.entry.case import Case
from registry.web.entry.control import Box


def parents_of(case: Case, topic: Topic) -> Sequence[Any]:
    """Return the rows of a case that a new row of a topic can belong to, in their order."""
    above = topic.parent_topic
    if above is None:
        return ()
    if above.model is Patient:
        return (case.patient,)
    if above.model is InfusionCourse:
        return case.courses
    return case_rows(case.user, above, case.patient)


def above_box(slot: str, topic: Topic, parents: Sequence[Any], texts: Mapping[str, str]) -> Box:
    """Return the control by which a person says which of several rows above a new row belongs to."""
    above = topic.parent_topic
    assert above is not None  # noqa: S101 -- a patient has no row above it, and is never asked
    label, key = _(form_of_topic(above.code).label), auto_key(above)
    listed = [(str(row.pk), f"{label} {getattr(row, key)}") for row in parents]
    first = listed[0][0]
    text = texts.get("above", first)
    is_gone = text not in {key for key, _words in listed}
    return Box(
        name=f"{slot}-above", key="above", label=label, kind="choice", text="" if is_gone else text, was=first,
        choices=[("", ""), *listed] if is_gone else listed, is_required=True,
        errors=[_("The row that this one belongs to does not exist any more. Choose another one.")] if is_gone else [],
    )  # fmt: skip
