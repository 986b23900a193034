"""Which case it is: entered for the second time, told in words that identify, or with two courses to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial, reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_noop

from registry.checks.declared import Rows, Severity, edit_check
from registry.checks.grades_episode import COHORT_GRADE_FROM
from registry.metadata import Privacy, topics
from registry.models import AnakinraCourse, InfusionCourse
from registry.rules.anakinra import COHORT_INTENTS

# A mail address, a day, seven digits (telephone, hospital number), a title before a name: as PostgreSQL reads them.
# A name without a title cannot be told from other words.
IDENTIFYING = (
    r"[^\s@]+@[^\s@]+\.\w+",
    r"\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4}",
    r"\d([\s.()-]{0,3}\d){6}",
    r"\m(Mr|Mrs|Ms|Dr|Dra|Sr|Sra|Srta|Don|Doña|Dña)\M\.?\s*[[:upper:]]",
)


@edit_check(
    "ID01_DUP",
    InfusionCourse,
    fields=["infused_on", "product"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "Another case of this hospital has the same year of birth, sex, product and day of infusion. "
        "Is it the same patient, entered twice?"
    ),
)
def case_entered_twice(rows: Rows) -> Rows:
    """Two patients alike in all of this are mostly one; cases of two hospitals are compared by linkage instead."""
    alike = {
        "patient__birth_year": OuterRef("patient__birth_year"),
        "patient__sex": OuterRef("patient__sex"),
        "infused_on": OuterRef("infused_on"),
        "product": OuterRef("product"),
        "site": OuterRef("site"),
        "course_no": 1,
    }
    others = InfusionCourse.objects.order_by().filter(**alike).exclude(patient=OuterRef("patient"))
    return rows.filter(Exists(others), course_no=1)


def words_identify(rows: Rows, fields: Sequence[str]) -> Rows:
    """Free text holds no name, number, address or date."""
    return rows.filter(reduce(or_, (Q(**{f"{name}__regex": form}) for name in fields for form in IDENTIFYING)))


for _topic in topics():
    _texts = [field.name for field in _topic.fields if field.variable and field.variable.privacy is Privacy.FREE_TEXT]
    if _texts:
        edit_check(
            f"ID02_PII_{_topic.code.upper()}",
            _topic.model,
            fields=_texts,
            severity=Severity.SOFT,
            message=gettext_noop(
                "The words look like a name, a number or a date. Leave out whatever identifies the patient."
            ),
        )(partial(words_identify, fields=_texts))


@edit_check(
    "ID04_CRID",
    AnakinraCourse,
    fields=["anakinra_no", "intent"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "An earlier course after the same infusion qualifies for the study as well, and is the one studied. "
        "Confirm the intent of both courses."
    ),
)
def second_index_course(rows: Rows) -> Rows:
    """The study takes the first course against a refractory toxicity of grade 2 or higher."""
    graded = Q(crs_grade_at_start__gte=COHORT_GRADE_FROM) | Q(icans_grade_at_start__gte=COHORT_GRADE_FROM)
    qualifies = graded & Q(intent__in=sorted(COHORT_INTENTS))
    earlier = AnakinraCourse.objects.order_by().filter(qualifies, course=OuterRef("course"))
    return rows.filter(qualifies, Exists(earlier.filter(anakinra_no__lt=OuterRef("anakinra_no"))))
