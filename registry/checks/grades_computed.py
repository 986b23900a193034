"""The clinician's grade of a day against the grade that the registry computes from the day's components."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db.models import F
from django.db.models.functions import Abs
from django.utils.translation import gettext_noop

from registry.checks.declared import Rows, Severity, edit_check
from registry.models import CrsAssessment, IcansAssessment
from registry.rules.grading import HIGHEST_OF_A_DAY

# Grade 5 is a death, which no component of a day shows; GR09 looks after it.
FAR_APART = 2
SAYS_ONE_APART = gettext_noop(
    "The clinician's grade differs by one from the grade that the components give. Check both, or confirm the grade."
)
SAYS_FAR_APART = gettext_noop(
    "The clinician's grade differs by two or more from the grade that the components give. Correct one of them."
)


def _apart(rows: Rows) -> Rows:
    graded = rows.filter(grade_reported__lte=HIGHEST_OF_A_DAY)
    return graded.alias(apart=Abs(F("grade_reported") - F("grade_computed")))


def grade_one_apart(rows: Rows) -> Rows:
    """Clinicians see more than the components say, but a difference is worth a second look."""
    return _apart(rows).filter(apart__gt=0, apart__lt=FAR_APART)


def grade_far_apart(rows: Rows) -> Rows:
    """A difference of two grades means that a component or the grade is wrong."""
    return _apart(rows).filter(apart__gte=FAR_APART)


def computed_grade(row: Any) -> Mapping[str, Any]:
    """Suggest the grade that the components give."""
    return {} if row.grade_computed is None else {"grade_reported": row.grade_computed}


for _code, _model in (("GR01_CRS_COMP", CrsAssessment), ("GR02_ICANS_COMP", IcansAssessment)):
    _fields = ["grade_reported", "grade_computed"]
    _declared = partial(edit_check, model=_model, fields=_fields, suggest=computed_grade)
    _declared(_code, severity=Severity.SOFT, message=SAYS_ONE_APART)(grade_one_apart)
    _declared(f"{_code}_2", severity=Severity.BLOCKING, message=SAYS_FAR_APART)(grade_far_apart)
