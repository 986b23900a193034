"""CRS: the grade of each day from its components, with what came before it in the episode."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from registry.models import AnakinraSegment, CrsAssessment, ToxicityTherapy
from registry.models.anakinra import AnakinraCourse
from registry.rules.crs import RULE_VERSION, CrsDay, Oxygen, crs_grade, has_crs
from registry.rules.grading import either
from registry.rules.therapy import MASKING_DRUGS
from registry.services.attribution import attributed_elsewhere
from registry.services.changed import update_changed

# What the grade of a day rests on, and what is stored of it.
COLUMNS = (
    "id",
    "episode_id",
    "episode__course_id",
    "assessed_on",
    "temp_max_c",
    "has_other_fever_cause",
    "had_antipyretic",
    "has_hypotension",
    "vasopressors",
    "has_vasopressin",
    "oxygen",
    "oxygen_flow_l_min",
    "has_other_oxygen_reason",
    "missing",
    "grade_computed",
    "grade_rule",
)


def derive_crs(patient_ids: Sequence[UUID]) -> int:
    """Compute the grade of every day of every CRS episode of these cases."""
    return update_changed(CrsAssessment, [(row, _grade(day)) for row, day in crs_days(patient_ids)])


def crs_days(patient_ids: Sequence[UUID], *more: str) -> Iterator[tuple[dict[str, Any], CrsDay]]:
    """Yield every day of CRS of these cases as stored, with `more` columns, and as the rules see it.

    The days of an episode follow each other in their order.
    """
    # By the key of the episode: two sites may use the same study id, and their episodes would be taken for one.
    rows = CrsAssessment.objects.filter(episode__course__patient__in=patient_ids).order_by("episode_id", "assessed_on")
    masked_from = first_masking_days(patient_ids)
    for _, episode in groupby(rows.values(*COLUMNS, *more), key=lambda row: row["episode_id"]):
        yield from assessed_days(list(episode), masked_from)


def first_masking_days(patient_ids: Sequence[UUID]) -> dict[UUID, date]:
    """Return infusion course -> first day of a treatment that can hide fever (corticosteroid, anticytokine)."""
    therapies = ToxicityTherapy.objects.filter(course__patient__in=patient_ids, drug__in=sorted(MASKING_DRUGS))
    courses = AnakinraCourse.objects.filter(course__patient__in=patient_ids, started_on__isnull=False)
    segments = AnakinraSegment.objects.filter(anakinra_course__course__patient__in=patient_ids)
    starts: defaultdict[UUID, list[date]] = defaultdict(list)
    for course_id, day in (
        *therapies.values_list("course_id", "started_on"),
        *courses.values_list("course_id", "started_on"),
        *segments.values_list("anakinra_course__course_id", "segment_started_on"),
    ):
        starts[course_id].append(day)
    return {course_id: min(days) for course_id, days in starts.items()}


def assessed_days(rows: Iterable[dict[str, Any]], masked_from: dict[UUID, date]) -> list[tuple[dict[str, Any], CrsDay]]:
    """Return the days of one episode in their order, each with what the days before it say of established CRS and
    hidden fever. Rows hold the fields of an assessment and `episode__course_id`.
    """
    established: bool | None = False
    antipyretic: bool | None = False
    found = []
    for row in rows:
        antipyretic = either(antipyretic, row["had_antipyretic"])
        start = masked_from.get(row["episode__course_id"])
        treated = start is not None and start <= row["assessed_on"]
        day = replace(_day(row), is_established=established, is_masked=True if treated else antipyretic)
        found.append((row, day))
        established = either(established, has_crs(day))
    return found


def _grade(day: CrsDay) -> dict[str, Any]:
    return {"grade_computed": crs_grade(day), "grade_rule": RULE_VERSION}


def _day(row: dict[str, Any]) -> CrsDay:
    return CrsDay(
        temperature_max_c=row["temp_max_c"],
        hypotension=row["has_hypotension"],
        vasopressors=row["vasopressors"],
        vasopressin=row["has_vasopressin"],
        oxygen=Oxygen(row["oxygen"]) if row["oxygen"] else None,
        oxygen_l_min=row["oxygen_flow_l_min"],
        fever_other_cause=attributed_elsewhere(row, "has_other_fever_cause"),
        oxygen_other_reason=attributed_elsewhere(row, "has_other_oxygen_reason"),
    )
