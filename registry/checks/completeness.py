"""What is missing: covariates of the models, dates of events, weights, days without a grade, reasons.

All of them wait. Whoever enters a case enters it form by form, and what is still to come is no error yet. So do checks
of other modules that ask for what comes later: a treatment before a refractory toxicity (ST02, ST03) or beside a day
of CRS without fever (GR06), the days up to a resolution (GR13), an adverse event (DO12), transfusions (LB08), the cause
of a death (OU02), a response (OU03), an infection (OU08). A value that is there and wrong is asked about at once.
"""

from __future__ import annotations

import datetime as dt
from functools import partial, reduce
from operator import or_
from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import Lag, Lead
from django.utils.translation import gettext_noop

from registry.checks.declared import Limits, Rows, Severity, edit_check, threshold
from registry.checks.episodes import EPISODE_KINDS
from registry.checks.partial import surely_further
from registry.metadata import FlagVariable, Topic
from registry.metadata.fields import VariableField
from registry.metadata.forms import FORMS
from registry.models import (
    AnakinraCourse,
    AnakinraSegment,
    CareStay,
    CrsAssessment,
    Death,
    FollowUp,
    IcansAssessment,
    InfusionCourse,
    LabResult,
    NoneOccurred,
)
from registry.rules.anakinra import COHORT_INTENTS
from registry.rules.labs import Analyte, Timepoint
from registry.rules.outcome import VitalStatus
from registry.rules.stays import CareKind
from registry.selectors.pre_ld import before_lymphodepletion
from registry.selectors.progress_sql import counted_fields

INPATIENT = sorted(kind.value for kind in (CareKind.HOSPITAL, CareKind.ICU, CareKind.VENTILATION))
A_DAY = dt.timedelta(days=1)


def unexplained(name: str, above: str = "") -> Q:
    """Say that a field of a row, or of one above it, is empty and nobody gave a reason."""
    return Q(**{f"{above}{name}": None}) & ~Q(**{f"{above}missing__has_key": name})


def covariate_missing(rows: Rows) -> Rows:
    """The models need age, ferritin and Karnofsky status before lymphodepletion, and the first dose per kg.

    They are those of the index infusion; the product is always there. A reason in the place of a value is an answer,
    and where no anakinra was given, or none against a refractory toxicity, no dose is needed.
    """
    no_age = unexplained("age_at_infusion", "patient__")
    missing = no_age | unexplained("kps") | ~Q(Exists(_ferritin())) | _without_first_dose()
    return rows.filter(missing, course_no=1)


def _ferritin() -> QuerySet[Any]:
    """Return ferritin of before lymphodepletion: measured, or entered with the reason why there is no result."""
    results = LabResult.objects.order_by().filter(course=OuterRef("pk"), analyte=Analyte.FERRITIN.value)
    measured = before_lymphodepletion() & Q(canonical_value__isnull=False)
    explained = Q(missing__has_key="value", timepoint=Timepoint.PRE_LD.value)
    return results.filter(measured | explained)


def _without_first_dose() -> Q:
    courses = AnakinraCourse.objects.order_by().filter(course=OuterRef("pk"))
    explained = AnakinraSegment.objects.order_by().filter(anakinra_course=OuterRef("pk"))
    reasons = Q(missing__has_any_keys=["dose_mg", "interval_h"])
    unknown = courses.filter(first_mg_per_kg_day=None, intent__in=sorted(COHORT_INTENTS))
    unknown = unknown.filter(~Q(missing__has_key="weight_kg"), ~Exists(explained.filter(reasons)))
    none_given = NoneOccurred.objects.order_by().filter(patient=OuterRef("patient"), topic="anakinra_course")
    return Q(Exists(unknown)) | (~Q(Exists(courses)) & ~Q(Exists(none_given)))


for _code, _severity in (("CO01_MVA", Severity.SOFT), ("CO01_MVA_LOCK", Severity.LOCKING)):
    edit_check(
        _code,
        InfusionCourse,
        fields=["kps"],
        severity=_severity,
        message=gettext_noop(
            "A covariate of the models is missing: age, ferritin within 14 days before lymphodepletion, Karnofsky "
            "status, or the first dose of anakinra per kg. Enter it, or say why it is missing."
        ),
        waits=_severity is Severity.SOFT,
    )(covariate_missing)


def resolution_without_date(rows: Rows) -> Rows:
    """A toxicity that is marked resolved has a day on which it was; a reason is an answer."""
    return rows.filter(unexplained("resolved_on"), is_resolved=True)


for _kind in EPISODE_KINDS:
    edit_check(
        f"CO02_EVT_{_kind.name}",
        _kind.model,
        fields=["resolved_on", "is_resolved"],
        severity=Severity.BLOCKING,
        message=gettext_noop(
            "The episode is marked resolved without a date. Enter the date, or say why it is missing."
        ),
        waits=True,
    )(resolution_without_date)


@edit_check(
    "CO02_EVT_STATUS",
    FollowUp,
    fields=["vital_status"],
    severity=Severity.BLOCKING,
    message=gettext_noop("The patient is marked dead, but no death is entered. Enter its date and cause."),
    waits=True,
)
def dead_without_death(rows: Rows) -> Rows:
    """Survival needs the date of a death."""
    deaths = Death.objects.order_by().filter(patient=OuterRef("patient"))
    return rows.filter(~Exists(deaths), vital_status=VitalStatus.DEAD.value)


@edit_check(
    "CO02_EVT_DEATH",
    Death,
    fields=["died_on"],
    severity=Severity.BLOCKING,
    message=gettext_noop("The death has no date. Enter what is known of it, or say why it is missing."),
    waits=True,
)
def death_without_date(rows: Rows) -> Rows:
    """A month or a year is a date, and a reason is an answer."""
    return rows.filter(unexplained("died_on"))


@edit_check(
    "CO04_WEIGHT",
    AnakinraCourse,
    fields=["weight_kg"],
    severity=Severity.BLOCKING,
    message=gettext_noop(
        "There is no weight for the dose per kg. Enter the weight at anakinra start or at lymphodepletion, or say why "
        "it is missing."
    ),
    waits=True,
)
def dose_without_weight(rows: Rows) -> Rows:
    """The dose per kg rests on the weight of the 30 days before anakinra, else on the one at lymphodepletion."""
    doses = AnakinraSegment.objects.order_by().filter(anakinra_course=OuterRef("pk"), daily_mg__isnull=False)
    return rows.filter(Exists(doses), ~Q(missing__has_key="weight_kg"), dose_weight_kg=None)


def day_without_grade(rows: Rows, limits: Limits) -> Rows:
    """While the toxicity lasts and the patient is in hospital, each day has an assessment.

    The day before the gap is found: the next one has none, although the episode goes on. A late first day is found too.
    """
    days_in_order = {"partition_by": "episode", "order_by": "assessed_on"}
    days = rows.alias(
        earlier=Window(Lag("assessed_on"), **days_in_order), later=Window(Lead("assessed_on"), **days_in_order)
    )
    most = int(limits["days"])
    next_due = F("assessed_on") + dt.timedelta(days=most)
    goes_on = Q(episode__resolved_on=None, later__gt=next_due) | Q(episode__resolved_on__gt=next_due)
    gap_after = days.filter(goes_on, Q(later=None) | Q(later__gt=next_due))
    # Conditions on the row alone stay outside: within, they would take days away before their neighbours are looked up.
    begun_late = surely_further("episode__onset_on", "assessed_on", most) & Q(
        pk__in=days.filter(earlier=None).values("pk")
    )
    # The stays are looked up last, for the few days next to a gap.
    in_gap = Q(pk__in=gap_after.values("pk")) & Q(Exists(_in_hospital(OuterRef("assessed_on") + A_DAY)))
    return rows.filter(in_gap | (begun_late & Q(Exists(_in_hospital(OuterRef("assessed_on") - A_DAY)))))


def _in_hospital(day: Any) -> QuerySet[Any]:
    stays = CareStay.objects.order_by().filter(course__patient=OuterRef("episode__course__patient"))
    return stays.filter(Q(ended_on=None) | Q(ended_on__gte=day), kind__in=INPATIENT, began_on__lte=day)


for _name, _assessments in (("CRS", CrsAssessment), ("ICANS", IcansAssessment)):
    edit_check(
        f"CO05_DAILY_{_name}",
        _assessments,
        fields=["assessed_on"],
        severity=Severity.SOFT,
        message=gettext_noop(
            "The day after or before this one has no assessment, although the patient was in hospital and the toxicity "
            "not resolved. Add the missing days, or confirm."
        ),
        thresholds=[
            threshold("days", 1, "d", gettext_noop("Most days from one assessment to the next"), low=1, high=14)
        ],
        waits=True,
    )(day_without_grade)


def empty_without_reason(rows: Rows, topic: Topic) -> Rows:
    """A field that is asked holds a value, or the reason why it has none; a death is asked of the dead alone."""
    empty = rows.filter(reduce(or_, (_is_empty(topic, field) for field in counted_fields(topic))))
    if topic.model is not Death:
        return empty
    dead = FollowUp.objects.order_by().filter(patient=OuterRef("patient"), vital_status=VitalStatus.DEAD.value)
    return empty.filter(Exists(dead))


def _is_empty(topic: Topic, field: VariableField) -> Q:
    no_value = ~_has_value(field) & ~Q(missing__has_key=field.name)
    asked_if = field.variable.asked_if if field.variable else None
    if asked_if is None:
        return no_value
    name, codes = asked_if
    other = next(entry for entry in topic.fields if entry.name == name)
    return no_value & _answers(other, codes)


def _has_value(field: VariableField) -> Q:
    """Say that a field is not empty, in a form that can be negated: words that are empty are no value."""
    filled = Q(**{f"{field.name}__isnull": False})
    return filled & ~Q(**{field.name: ""}) if isinstance(field, CharField) else filled


def _answers(field: VariableField, codes: tuple[str, ...]) -> Q:
    if codes == ("*",):
        return _has_value(field)
    return Q(**{f"{field.name}__in": [code == "yes" if isinstance(field, FlagVariable) else code for code in codes]})


for _topic in (topic for form in FORMS for topic in form.topics):
    if _counted := counted_fields(_topic):
        edit_check(
            f"CO03_MISSCODE_{_topic.code.upper()}",
            _topic.model,
            fields=[field.name for field in _counted],
            severity=Severity.SOFT,
            message=gettext_noop("A field is empty. Enter its value, or say why it is missing: ND, UNK or NA."),
            waits=True,
        )(partial(empty_without_reason, topic=_topic))
