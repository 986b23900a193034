"""What every entry page of a case needs to know: its courses, its day 0, how dates are typed there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils import timezone

from registry.metadata import Topic
from registry.metadata.forms import CaseForm, Shape
from registry.models import InfusionCourse, Patient
from registry.selectors.cases import case_rows
from registry.web.entry.typed import Setting

MONTH_FIRST_COUNTRIES = frozenset({"US"})


@dataclass(frozen=True)
class Case:
    """One case as an entry page sees it."""

    user: Any
    patient: Patient
    courses: tuple[InfusionCourse, ...]

    @property
    def index(self) -> InfusionCourse | None:
        """Return the index course: day 0 of the case is its infusion."""
        return next((course for course in self.courses if course.course_no == 1), None)

    def setting(self, course: InfusionCourse | None = None) -> Setting:
        """Return how texts are read: days count from the course, or from the index course."""
        counted = course or self.index
        return Setting(
            day_0=counted.infused_on if counted else None,
            today=timezone.localdate(),
            is_month_first=self.patient.site.country in MONTH_FIRST_COUNTRIES,
        )


def case_of(user: Any, patient: Patient) -> Case:
    """Read the courses of a case."""
    courses = InfusionCourse.objects.visible_to(user).filter(patient=patient).select_related("product")
    return Case(user, patient, tuple(courses.order_by("course_no")))


def head_row(case: Case, form: CaseForm, row_id: UUID) -> Model | None:
    """Return the head row of a repeated form, if the case has it."""
    return next((row for row in case_rows(case.user, form.first, case.patient) if row.pk == row_id), None)


def page_rows(case: Case, form: CaseForm, head: Model | None) -> dict[Topic, list[Model]]:
    """Return the rows that stand on a page, topic by topic."""
    if form.shape is not Shape.REPEATED:
        return {topic: case_rows(case.user, topic, case.patient) for topic in form.topics}
    found: dict[Topic, list[Model]] = {form.first: [head] if head else []}
    for topic in form.list_topics:
        below = topic.model._default_manager.visible_to(case.user).filter(**{str(topic.parent): head})
        found[topic] = list(below) if head else []
    return found
