"""The grade of a day of CRS: what gives none by the ASTCT consensus (DOI 10.1016/j.bbmt.2018.12.758)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_noop

from registry.checks.declared import Rows, Severity, edit_check
from registry.models import AnakinraCourse, AnakinraSegment, CrsAssessment, ToxicityTherapy
from registry.rules.bands import lookup
from registry.rules.crs import OXYGEN_GRADES, TEMPERATURE_GRADES, VASOPRESSOR_GRADES
from registry.rules.therapy import MASKING_DRUGS

FEVER_FROM_C = TEMPERATURE_GRADES[-1].low
GRADE_OF_ONE_VASOPRESSOR, GRADE_OF_TWO_VASOPRESSORS = (lookup(VASOPRESSOR_GRADES, count) for count in (1, 2))
LESSER_OXYGEN = sorted(code.value for code, grade in OXYGEN_GRADES.items() if grade < GRADE_OF_TWO_VASOPRESSORS)


def grade_of_one_vasopressor(_row: Any) -> Mapping[str, Any]:
    """Suggest the grade of one vasopressor, which vasopressin does not change."""
    return {"grade_reported": GRADE_OF_ONE_VASOPRESSOR}


@edit_check(
    "GR05_VASO",
    CrsAssessment,
    fields=["grade_reported", "vasopressors", "has_vasopressin"],
    severity=Severity.SOFT,
    message=gettext_noop("Vasopressin does not count as a second vasopressor: this is grade 3. Check the grade."),
    suggest=grade_of_one_vasopressor,
)
def vasopressin_counted(rows: Rows) -> Rows:
    """One vasopressor with vasopressin is grade 3; it takes two others, or ventilation, for grade 4."""
    no_other_reason = Q(oxygen__in=LESSER_OXYGEN) | Q(has_other_oxygen_reason=True)
    graded = rows.filter(grade_reported=GRADE_OF_TWO_VASOPRESSORS, vasopressors=1, has_vasopressin=True)
    return graded.filter(no_other_reason)


@edit_check(
    "GR06_FEVER",
    CrsAssessment,
    fields=["temp_max_c", "grade_reported", "had_antipyretic"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "CRS needs fever of 38.0 °C or more until a treatment hides it, and none is recorded. "
        "Check temperature, grade and treatments."
    ),
    waits=True,
)
def graded_without_fever(rows: Rows) -> Rows:
    """Without fever a day counts as CRS only after an antipyretic, a corticosteroid or anticytokine treatment.

    A day before which an antipyretic may have been given, or anakinra may have begun, is left alone.
    """
    unmasked = ~Q(Exists(_antipyretics())) & ~Q(Exists(_masking_drugs()))
    untreated = ~Q(Exists(_anakinra_courses())) & ~Q(Exists(_anakinra_doses()))
    return rows.filter(unmasked, untreated, grade_reported__gte=1, temp_max_c__lt=FEVER_FROM_C)


def _antipyretics() -> Rows:
    days = CrsAssessment.objects.filter(episode=OuterRef("episode"), assessed_on__lte=OuterRef("assessed_on"))
    return days.order_by().filter(Q(had_antipyretic=True) | Q(had_antipyretic=None))


def _masking_drugs() -> Rows:
    given = ToxicityTherapy.objects.filter(course=OuterRef("episode__course"), drug__in=sorted(MASKING_DRUGS))
    return given.order_by().filter(started_on__lte=OuterRef("assessed_on"))


def _anakinra_courses() -> Rows:
    courses = AnakinraCourse.objects.order_by().filter(course=OuterRef("episode__course"))
    return courses.filter(Q(started_on=None) | Q(started_on__lte=OuterRef("assessed_on")))


def _anakinra_doses() -> Rows:
    doses = AnakinraSegment.objects.order_by().filter(anakinra_course__course=OuterRef("episode__course"))
    return doses.filter(segment_started_on__lte=OuterRef("assessed_on"))
