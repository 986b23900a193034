"""Anakinra: the weight used, the daily dose of each segment, and the dose class by the first segment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from registry.models import AnakinraCourse, AnakinraSegment
from registry.rules.anakinra import AnakinraRoute, WeighedOn, WeightChoice, choose_weight, dose_class
from registry.rules.dosing import daily_mg, mg_per_kg_day
from registry.services.changed import rounded, update_changed

COURSE = ("dose_weight_kg", "dose_weight_source", "first_daily_mg", "first_mg_per_kg_day", "dose_class")
SEGMENT = ("daily_mg", "mg_per_kg_day")


def derive_anakinra(patient_ids: Sequence[UUID]) -> int:
    """Compute weight, doses and dose class of every anakinra course of these cases."""
    courses = list(
        AnakinraCourse.objects.filter(course__patient__in=patient_ids).values(
            "id", "started_on", "weight_kg", "weighed_on", "course__weight_kg", *COURSE
        )
    )
    segments = _segments_of(patient_ids)
    course_pairs, segment_pairs = [], []
    for course in courses:
        own = segments[course["id"]]
        weight = _weight(course, own)
        segment_pairs += [(segment, _doses(segment, weight)) for segment in own]
        course_pairs.append((course, _first_dose(own, weight)))
    return update_changed(AnakinraSegment, segment_pairs) + update_changed(AnakinraCourse, course_pairs)


def _segments_of(patient_ids: Sequence[UUID]) -> defaultdict[UUID, list[dict[str, Any]]]:
    found: defaultdict[UUID, list[dict[str, Any]]] = defaultdict(list)
    rows = AnakinraSegment.objects.filter(anakinra_course__course__patient__in=patient_ids).values(
        "id",
        "anakinra_course_id",
        "segment_no",
        "segment_started_on",
        "segment_started_at",
        "dose_mg",
        "interval_h",
        "route",
        *SEGMENT,
    )
    for row in rows:
        found[row["anakinra_course_id"]].append(row)
    for own in found.values():
        own.sort(key=_when)
    return found


def _when(segment: dict[str, Any]) -> tuple[date, time, int]:
    return segment["segment_started_on"], segment["segment_started_at"] or time.min, segment["segment_no"]


def _weight(course: dict[str, Any], segments: Sequence[dict[str, Any]]) -> WeightChoice | None:
    """Choose the weight; one without a day counts as weighed on the first day, which is what its column asks for."""
    start = course["started_on"] or (segments[0]["segment_started_on"] if segments else None)
    fallback = course["course__weight_kg"]
    if start is None:
        return choose_weight([], date.min, fallback)
    own = [] if course["weight_kg"] is None else [WeighedOn(course["weighed_on"] or start, course["weight_kg"])]
    return choose_weight(own, start, fallback)


def _doses(segment: dict[str, Any], weight: WeightChoice | None) -> dict[str, Decimal | None]:
    daily = daily_mg(segment["dose_mg"], segment["interval_h"])
    per_kg = mg_per_kg_day(daily, weight.kg if weight else None)
    return {"daily_mg": rounded(daily, 3), "mg_per_kg_day": rounded(per_kg, 3)}


def _first_dose(segments: Sequence[dict[str, Any]], weight: WeightChoice | None) -> dict[str, Any]:
    first = segments[0] if segments else {"dose_mg": None, "interval_h": None, "route": None}
    daily = daily_mg(first["dose_mg"], first["interval_h"])
    route = AnakinraRoute(first["route"]) if first["route"] else None
    group = dose_class(daily, route)
    return {
        "dose_weight_kg": weight.kg if weight else None,
        "dose_weight_source": weight.source.value if weight else None,
        "first_daily_mg": rounded(daily, 3),
        "first_mg_per_kg_day": rounded(mg_per_kg_day(daily, weight.kg if weight else None), 3),
        "dose_class": group.value if group else None,
    }
