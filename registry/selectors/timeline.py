"""What the timeline of a case is drawn from: the rows of one CAR-T course and the patient's end, one query a topic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model

from registry.models import (
    AnakinraCourse,
    AnakinraSegment,
    CareStay,
    CrsAssessment,
    CrsEpisode,
    Death,
    FollowUp,
    FurtherInfusion,
    IcansAssessment,
    IcansEpisode,
    IecHsEpisode,
    InfusionCourse,
    LabResult,
    Patient,
    Relapse,
    ResponseAssessment,
    ToxicityTherapy,
)
from registry.models.entry import NoneOccurred

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class TimelineRows:
    """The rows of one course in the order of their days. `none` holds the topics of which none occurred."""

    course: InfusionCourse
    further_infusions: Sequence[FurtherInfusion] = ()
    stays: Sequence[CareStay] = ()
    crs_episodes: Sequence[CrsEpisode] = ()
    crs_days: Sequence[CrsAssessment] = ()
    icans_episodes: Sequence[IcansEpisode] = ()
    icans_days: Sequence[IcansAssessment] = ()
    iechs_episodes: Sequence[IecHsEpisode] = ()
    therapies: Sequence[ToxicityTherapy] = ()
    anakinra_courses: Sequence[AnakinraCourse] = ()
    segments: Sequence[AnakinraSegment] = ()
    labs: Sequence[LabResult] = ()
    responses: Sequence[ResponseAssessment] = ()
    relapses: Sequence[Relapse] = ()
    follow_ups: Sequence[FollowUp] = ()
    deaths: Sequence[Death] = ()
    none: frozenset[str] = frozenset()


def timeline_courses(user: Any, patient: Patient) -> list[InfusionCourse]:
    """Return the CAR-T courses of a case with their products, the index course first."""
    courses = InfusionCourse.objects.visible_to(user).filter(patient=patient)
    return list(courses.select_related("product").order_by("course_no"))


def timeline_rows(user: Any, course: InfusionCourse) -> TimelineRows:
    """Return everything that the timeline of a course shows, in a number of queries that no row adds to."""

    def rows(model: type[M], path: str, *order: str) -> list[M]:
        return list(model._default_manager.visible_to(user).filter(**{path: course.pk}).order_by(*order))

    def last(model: type[M]) -> list[M]:
        return list(model._default_manager.visible_to(user).filter(patient_id=course.patient_id))

    none = NoneOccurred.objects.visible_to(user).filter(patient_id=course.patient_id)
    return TimelineRows(
        course=course,
        further_infusions=rows(FurtherInfusion, "course", "infused_on"),
        stays=rows(CareStay, "course", "began_on", "stay_no"),
        crs_episodes=rows(CrsEpisode, "course", "crs_no"),
        crs_days=rows(CrsAssessment, "episode__course", "assessed_on", "pk"),
        icans_episodes=rows(IcansEpisode, "course", "icans_no"),
        icans_days=rows(IcansAssessment, "episode__course", "assessed_on", "pk"),
        iechs_episodes=rows(IecHsEpisode, "course", "iechs_no"),
        therapies=rows(ToxicityTherapy, "course", "started_on", "therapy_no"),
        anakinra_courses=rows(AnakinraCourse, "course", "anakinra_no"),
        segments=rows(
            AnakinraSegment, "anakinra_course__course", "segment_started_on", "segment_started_at", "segment_no"
        ),
        labs=rows(LabResult, "course", "sampled_on", "sampled_at", "pk"),
        responses=rows(ResponseAssessment, "course", "response_no"),
        relapses=rows(Relapse, "course", "relapse_no"),
        follow_ups=last(FollowUp),
        deaths=last(Death),
        none=frozenset(none.values_list("topic", flat=True)),
    )
