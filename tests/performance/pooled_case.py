"""One case as Python reads it from prefetched rows: what several columns of ADSL are made of, looked up once.

The rules are those of `exports.datasets`, written down again for rows in memory.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

from registry.models import LabResult, Patient
from registry.rules.anakinra import COHORT_INTENTS
from registry.rules.dosing import HOURS_PER_DAY
from registry.rules.outcome import ADJUDICATORS_PER_DEATH

INDEX_RULES: Final = ("STUDY", "REFRACTORY", "ANY")


def first(rows: Any) -> Any:
    """The first of the rows of a relation that were prefetched, if there are any."""
    return next(iter(rows.all()), None)


def day_of(row: Any, name: str) -> dt.date | None:
    """A date that is known to the day."""
    on: dt.date | None = getattr(row, name, None)
    return on if on and getattr(row, f"{name}_precision") == "DAY" else None


class Case:
    """What the columns of one patient are made of."""

    def __init__(self, patient: Patient) -> None:
        self.patient = patient
        self.course = next(course for course in patient.infusion_courses.all() if course.course_no == 1)
        self.product = self.course.product
        self.disease = first(patient.diseases)
        self.death = first(patient.deaths)
        self.follow_up = first(patient.follow_ups)

    def days(self, on: dt.date | None) -> int | None:
        """Days from the infusion."""
        return (on - self.course.infused_on).days if on else None

    @cached_property
    def oldest(self) -> int | None:
        """The age on the last day that is known of."""
        days = [course.infused_on for course in self.patient.infusion_courses.all()]
        days += [getattr(self.follow_up, "last_contact_on", None), getattr(self.death, "died_on", None)]
        seen = (max(day for day in days if day) - self.course.infused_on).days * 4 // 1461
        age: int | None = self.patient.age_at_infusion
        return None if age is None else age + max(0, seen)

    @cached_property
    def labs(self) -> Mapping[str, LabResult]:
        """The picked sample of each analyte before lymphodepletion."""
        had_none = self.course.ld_started_on is None and self.course.ld_regimen == "NONE"
        last = self.course.infused_on if had_none else self.course.ld_started_on
        if last is None:
            return {}
        usable = [lab for lab in self.course.labs.all() if lab.canonical_value is not None]
        inside = [lab for lab in usable if 0 <= (last - lab.sampled_on).days <= 14]
        inside.sort(key=lambda lab: (lab.sampled_on, lab.timepoint == "PRE_LD"))
        return {lab.analyte: lab for lab in inside}

    def lab(self, analyte: str) -> Decimal | None:
        """The value of a picked sample."""
        return self.labs[analyte].canonical_value if analyte in self.labs else None

    @cached_property
    def anakinra(self) -> Any:
        """The index course of anakinra."""
        courses = sorted(
            self.course.anakinra_courses.all(),
            key=lambda course: (INDEX_RULES.index(index_rule(course)), course.anakinra_no),
        )
        return courses[0] if courses else None

    @cached_property
    def segment(self) -> Any:
        """Its first segment."""
        if self.anakinra is None:
            return None
        own = self.anakinra.first_daily_mg
        order = sorted(
            self.anakinra.segments.all(), key=lambda row: (row.segment_started_on, row.daily_mg != own, row.segment_no)
        )
        return order[0] if order else None

    @cached_property
    def start(self) -> dt.date | None:
        """The first day of anakinra."""
        return day_of(self.anakinra, "started_on") or getattr(self.segment, "segment_started_on", None)

    @cached_property
    def daily_mg(self) -> Decimal | None:
        """The daily dose that anakinra began with."""
        segment = self.segment
        if segment is None or segment.dose_mg is None or not segment.interval_h:
            return None
        return Decimal(segment.dose_mg * HOURS_PER_DAY / segment.interval_h)

    @cached_property
    def is_dead(self) -> bool:
        """Whether a death is known of."""
        return self.death is not None or getattr(self.follow_up, "vital_status", None) == "DEAD"

    @cached_property
    def death_class(self) -> tuple[str | None, str | None]:
        """The class of the death and whose it is."""
        if self.death is None:
            return None, None
        given = [review.trm_class for review in self.death.reviews.all() if review.trm_class]
        agreed = next((verdict for verdict in given if given.count(verdict) >= ADJUDICATORS_PER_DEATH), None)
        ranked = (("ADJ", agreed), ("SITE", self.death.trm_class_site), ("ALGO", self.death.trm_class_algorithm))
        return next(((verdict, whose) for whose, verdict in ranked if verdict), (None, None))

    def status(self, name: str) -> int | None:
        """A performance status, where it counts."""
        course = self.course
        on, value = getattr(course, f"{name}_on"), getattr(course, name)
        is_own = getattr(course, f"{name}_source") != "CONVERTED" and (name == "ecog" or course.kps_scale != "ECOG")
        is_near = on is None or -30 <= (on - (course.ld_started_on or course.infused_on)).days <= 0
        return value if is_own and is_near else None

    def highest(self, tox: str) -> int | None:
        """The highest grade of a toxicity; 0 without an episode."""
        episodes = getattr(self.course, f"{tox}_episodes").all()
        grades = [episode.max_grade for episode in episodes]
        grades += [_grade(day) for episode in episodes for day in episode.assessments.all()]
        grades.append(getattr(self.anakinra, f"{tox}_grade_at_start", None))
        return max((grade for grade in grades if grade is not None), default=None if episodes else 0)

    @cached_property
    def before(self) -> list[Any]:
        """What was given against the toxicities up to the first day of anakinra."""
        if self.start is None:
            return []
        return [row for row in self.course.therapies.all() if row.started_on <= self.start]


def index_rule(course: Any) -> str:
    """Why a course of anakinra would be the index course."""
    if course.intent not in COHORT_INTENTS:
        return "ANY"
    grades = [grade for grade in (course.crs_grade_at_start, course.icans_grade_at_start) if grade is not None]
    return "STUDY" if max(grades, default=2) >= 2 else "REFRACTORY"


def _grade(day: Any) -> int | None:
    grade: int | None = day.grade_computed if day.grade_reported is None else day.grade_reported
    return grade
