"""Grades of a whole episode against its days, its resolution, the start of anakinra and the death."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db.models import Exists, F, Max, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_noop

from registry.checks.declared import Rows, Severity, edit_check
from registry.checks.episodes import END, EPISODE_KINDS, GRADED_BY_DAY, EpisodeKind
from registry.checks.partial import LatestDay, latest
from registry.models import AnakinraCourse
from registry.rules.anakinra import Intent
from registry.rules.dates import Precision
from registry.rules.outcome import CAUSE_OF_GRADE_FIVE, DeathCause, VitalStatus

FATAL_GRADE = 5
COHORT_GRADE_FROM = 2
_START = "course__anakinra_courses__started_on"
# Anakinra surely started after the onset of an episode and no later than its end.
_START_WITHIN = {f"{_START}__gte": latest("onset_on"), "ends__gte": LatestDay(F(_START), F(f"{_START}_precision"))}


def fatal_grade_without_death(rows: Rows, kind: EpisodeKind) -> Rows:
    """Grade 5 is a death of which the toxicity is the primary cause."""
    alive = Q(course__patient__follow_ups__vital_status__in=[VitalStatus.ALIVE.value, VitalStatus.LOST.value])
    other_causes = sorted(DeathCause.codes() - {CAUSE_OF_GRADE_FIVE[kind.toxicity].value})
    return rows.filter(alive | Q(course__patient__deaths__cause__in=other_causes), max_grade=FATAL_GRADE)


def highest_grade_too_low(rows: Rows, kind: EpisodeKind) -> Rows:
    """No day of an episode, and no start of anakinra within it, has a higher grade than the highest."""
    higher = {f"course__anakinra_courses__{kind.grade_at_start}__gt": F("max_grade")}
    higher_start = rows.alias(ends=END).filter(**_START_WITHIN, **higher).values("pk")
    higher_day = rows.filter(assessments__grade_reported__gt=F("max_grade")).values("pk")
    return rows.filter(Q(pk__in=higher_day) | Q(pk__in=higher_start))


def highest_grade_of_days(row: Any, kind: EpisodeKind) -> Mapping[str, Any]:
    """Suggest the highest grade of a day and the first day that has it, unless anakinra started at a higher one."""
    start = f"course__anakinra_courses__{kind.grade_at_start}"
    within = kind.model.objects.order_by().alias(ends=END).filter(pk=row.pk, **_START_WITHIN)
    at_start = within.aggregate(highest=Max(start))["highest"] or 0
    highest = row.assessments.filter(grade_reported__gte=at_start).order_by("-grade_reported", "assessed_on").first()
    if highest is None or row.max_grade is None or highest.grade_reported <= row.max_grade:
        return {}
    return {"max_grade": highest.grade_reported, "max_grade_on": highest.assessed_on}


def resolved_with_grade(rows: Rows, kind: EpisodeKind) -> Rows:
    """A resolved episode ends with a day of grade 0; the clinician's grade counts, else the computed one."""
    days = kind.assessments.objects.order_by()  # type: ignore[union-attr]
    later = days.filter(episode=OuterRef("episode"), assessed_on__gt=OuterRef("assessed_on"))
    last = days.filter(~Exists(later), episode=OuterRef("pk"))
    graded = last.alias(grade=Coalesce("grade_reported", "grade_computed")).filter(grade__gt=0)
    return rows.filter(Exists(graded), is_resolved=True)


def resolved_by_death(rows: Rows) -> Rows:
    """Death ends a toxicity without resolving it; both days must be known to be the same."""
    died = "course__patient__deaths__died_on"
    whole_days = {"resolved_on_precision": Precision.DAY.value, f"{died}_precision": Precision.DAY.value}
    return rows.filter(resolved_on=F(died), **whole_days)


def not_resolved(_row: Any) -> Mapping[str, Any]:
    """Suggest that the episode had not resolved when the patient died."""
    return {"is_resolved": False, "resolved_on": None}


for _kind in EPISODE_KINDS:
    edit_check(
        f"GR09_G5_{_kind.name}",
        _kind.model,
        fields=["max_grade"],
        severity=Severity.BLOCKING,
        message=gettext_noop(
            "Grade 5 needs a death with this toxicity as primary cause. Check the grade, the status and the cause."
        ),
    )(partial(fatal_grade_without_death, kind=_kind))
    edit_check(
        f"GR14_DEAD_UNRES_{_kind.name}",
        _kind.model,
        fields=["resolved_on", "is_resolved"],
        severity=Severity.SOFT,
        message=gettext_noop(
            "Resolution is on the day of death. Death is no resolution: mark the episode as not resolved, or confirm."
        ),
        suggest=not_resolved,
    )(resolved_by_death)

for _kind in GRADED_BY_DAY:
    edit_check(
        f"GR11_MAX_{_kind.name}",
        _kind.model,
        fields=["max_grade"],
        severity=Severity.BLOCKING,
        message=gettext_noop(
            "The highest grade is lower than the grade of a day, or than that at the start of anakinra. "
            "Correct the one that is wrong."
        ),
        suggest=partial(highest_grade_of_days, kind=_kind),
    )(partial(highest_grade_too_low, kind=_kind))
    edit_check(
        f"GR13_RES_STATE_{_kind.name}",
        _kind.model,
        fields=["is_resolved", "resolved_on"],
        severity=Severity.BLOCKING,
        message=gettext_noop(
            "The episode is marked resolved, but its last day has a grade above 0. "
            "Add the days up to grade 0, or correct what is wrong."
        ),
        waits=True,
    )(partial(resolved_with_grade, kind=_kind))


@edit_check(
    "GR10_START_GE2",
    AnakinraCourse,
    fields=["crs_grade_at_start", "icans_grade_at_start", "intent"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "The study takes refractory toxicity of grade 2 or higher at the start of anakinra. "
        "Check the grade and the intent."
    ),
)
def start_below_grade_two(rows: Rows) -> Rows:
    """A course against a toxicity below grade 2 may well have been given: it is kept, and no part of the cohort."""
    low_crs, low_icans = Q(crs_grade_at_start__lt=COHORT_GRADE_FROM), Q(icans_grade_at_start__lt=COHORT_GRADE_FROM)
    crs = Q(intent=Intent.REFRACTORY_CRS.value) & low_crs
    icans = Q(intent=Intent.REFRACTORY_ICANS.value) & low_icans
    return rows.filter(crs | icans | (Q(intent=Intent.BOTH.value) & low_crs & low_icans))
