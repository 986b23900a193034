"""Many questions of one person at once: checked and written together, all of them or none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.checks.importance import rank_of_field
from registry.metadata import Topic, topic_named
from registry.models import DataQuery, Patient
from sites.access import require
from sites.context import acting_as
from sites.roles import Permission

AT_ONCE, LONGEST = 500, 500


@dataclass(frozen=True)
class Question:
    """What is asked about one field of a row of a case, or about the row where the field is empty."""

    patient: Patient
    topic: str
    row_id: UUID
    field: str
    text: str


def queries_open(*, questions: Sequence[Question], by: Any) -> int:
    """Ask the hospitals all of these questions and return how many; each is as if it had been asked alone.

    PermissionDenied without the right at one of the sites; ValidationError for words that are missing or too long;
    LookupError for what is no row of its case.
    """
    for site in {question.patient.site_id for question in questions}:
        require(by, Permission.QUERY_OPEN, site)
    if not all(0 < len(question.text.strip()) <= LONGEST for question in questions):
        raise ValidationError({"text": _("Use at most 500 characters.")})
    with acting_as(by, reason=_("query opened")):
        _require_rows(questions)
        DataQuery.objects.bulk_create(_rows(questions, by), batch_size=AT_ONCE)
    return len(questions)


def _rows(questions: Sequence[Question], by: Any) -> Iterator[DataQuery]:
    now = timezone.now()
    for question in questions:
        yield DataQuery(
            site_id=question.patient.site_id, patient=question.patient, topic=question.topic, row_id=question.row_id,
            field=question.field, text=question.text.strip(), rank=rank_of_field(question.topic, question.field),
            opened_at=now, asked_at=now, opened_by=by,
        )  # fmt: skip


def _require_rows(questions: Sequence[Question]) -> None:
    """Look the rows of each topic up at once: every one must be there, be of its case, and have its field."""
    wanted: defaultdict[Topic, set[tuple[UUID, UUID]]] = defaultdict(set)
    for question in questions:
        topic = topic_named(question.topic)
        if question.field and question.field not in {field.name for field in topic.fields}:
            raise LookupError(f"{topic.code} has no field {question.field}.")
        wanted[topic].add((question.row_id, question.patient.pk))
    for topic, pairs in wanted.items():
        rows = topic.model._default_manager.filter(pk__in=[row for row, _case in pairs])
        if pairs - set(rows.values_list("pk", topic.path_to("patient") or "pk")):
            raise LookupError(f"Some rows of {topic.code} are not of their cases.")
