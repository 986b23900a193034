"""Doses of anakinra: amounts, intervals, dose segments and the course that they make."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Abs, Coalesce, Round
from django.utils.translation import gettext_noop

from registry.checks.ages import surely_adult
from registry.checks.declared import Rows, Severity, edit_check
from registry.checks.partial import surely_before, surely_further
from registry.models import AdverseEvent, AnakinraCourse, AnakinraSegment
from registry.rules.anakinra import (
    DOSE_CLASSES,
    MG_PER_KG_DAY_HARD_MAX,
    MG_PER_KG_DAY_PUBLISHED_MAX,
    AnakinraRoute,
    DoseClass,
    StopReason,
)
from registry.rules.dosing import HOURS_PER_DAY

# Conventions of the registry, except the limits of the dose classes, which are the published cohort's.
LOW_DOSE = next(band for band in DOSE_CLASSES[AnakinraRoute.SC] if band.result == DoseClass.LOW)
UNIT_DOSE_MG = 50
# A dose by weight is a multiple of so many mg/kg at a time or a day, give or take rounding to what can be drawn up.
STEP_MG_PER_KG = Decimal("0.5")
STEP_MG_PER_KG_DAY = Decimal(1)
ROUNDING_MG = Decimal("2.5")
SC_MG_PER_INJECTION_MAX = 200
SC_MG_PER_DAY_MAX = 400
SEGMENT_GAP_DAYS = 2
CREATININE_CLEARANCE_LOW_ML_MIN = 30
COURSE_LONG_DAYS = 30


@edit_check(
    "DO03_MAX_H",
    AnakinraSegment,
    fields=["dose_mg", "interval_h"],
    severity=Severity.BLOCKING,
    message=gettext_noop("More than 48 mg/kg/day is beyond any reported dose. Check dose, interval and weight."),
)
def dose_beyond_any_reported(rows: Rows) -> Rows:
    """No more than 48 mg/kg/day was ever reported; more than 3000 mg/day the database refuses."""
    return rows.filter(mg_per_kg_day__gt=MG_PER_KG_DAY_HARD_MAX)


@edit_check(
    "DO04_MAX_S",
    AnakinraSegment,
    fields=["dose_mg", "interval_h"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "The dose is above the published maximum of 12 mg/kg/day. Check dose, interval and weight, or confirm."
    ),
)
def dose_above_published(rows: Rows) -> Rows:
    """The published cohort had no more than 12 mg/kg/day."""
    return rows.filter(mg_per_kg_day__gt=MG_PER_KG_DAY_PUBLISHED_MAX)


@edit_check(
    "DO05_MIN",
    AnakinraSegment,
    fields=["dose_mg", "interval_h"],
    severity=Severity.SOFT,
    message=gettext_noop("Below 100 mg/day an adult's dose is in no dose class. Check dose and interval, or confirm."),
)
def dose_below_classes(rows: Rows) -> Rows:
    """The dose groups of the study begin at 100 mg/day; children are dosed by weight."""
    return rows.filter(surely_adult("anakinra_course__course__"), daily_mg__lt=LOW_DOSE.low)


@edit_check(
    "DO06_VIAL",
    AnakinraSegment,
    fields=["dose_mg"],
    severity=Severity.SOFT,
    message=gettext_noop("The dose is neither a multiple of 50 mg nor a round number of mg/kg. Check it, or confirm."),
)
def unit_dose_unusual(rows: Rows) -> Rows:
    """Adults get syringes of 100 mg or halves, unless the dose goes by weight; without a weight nobody knows."""
    weight = F("anakinra_course__dose_weight_kg")
    per_dose = weight * STEP_MG_PER_KG
    per_day = weight * STEP_MG_PER_KG_DAY * F("interval_h") / HOURS_PER_DAY
    adults = rows.filter(surely_adult("anakinra_course__course__"))
    odd = adults.alias(remainder=F("dose_mg") % UNIT_DOSE_MG).filter(remainder__gt=0)
    off = odd.alias(off_per_dose=_distance_to_multiple(per_dose), off_per_day=_distance_to_multiple(per_day))
    return off.filter(off_per_dose__gt=ROUNDING_MG, off_per_day__gt=ROUNDING_MG)


def _distance_to_multiple(step: Any) -> Abs:
    return Abs(F("dose_mg") - Round(F("dose_mg") / step) * step)


@edit_check(
    "DO07_SC_HIGH",
    AnakinraSegment,
    fields=["route", "dose_mg", "interval_h"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "More than 200 mg in one subcutaneous dose, or 400 mg a day, is a large volume. Check the route, or confirm."
    ),
)
def subcutaneous_volume_large(rows: Rows) -> Rows:
    """A syringe of 0.67 mL holds 100 mg: such doses are mostly given into a vein."""
    too_much = Q(dose_mg__gt=SC_MG_PER_INJECTION_MAX) | Q(daily_mg__gt=SC_MG_PER_DAY_MAX)
    return rows.filter(too_much, route=AnakinraRoute.SC.value)


@edit_check(
    "DO08_CLASS",
    AnakinraSegment,
    fields=["route", "dose_mg", "interval_h"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "More than 200 mg/day subcutaneously is neither the high nor the low dose of the study. Check route and dose; "
        "as it stands it is classed as other."
    ),
)
def dose_in_neither_group(rows: Rows) -> Rows:
    """The high dose of the study is intravenous, the low dose ends at 200 mg/day."""
    return rows.filter(route=AnakinraRoute.SC.value, daily_mg__gt=LOW_DOSE.high)


@edit_check(
    "DO09_SEG_GAP",
    AnakinraSegment,
    fields=["segment_started_on", "segment_ended_on"],
    severity=Severity.BLOCKING,
    message=gettext_noop("The dose segment overlaps another one of the course. Correct the first or the last days."),
)
def segments_overlap(rows: Rows) -> Rows:
    """Only one dose is prescribed at a time; one that ends and the next that begins may share a day.

    The later one is found. A segment without its last day is taken to end on its first.
    """
    others = _segments(ends=Coalesce("segment_ended_on", "segment_started_on"))
    shared = others.filter(segment_started_on__lt=OuterRef("ends"), ends__gt=OuterRef("segment_started_on"))
    same_day = Q(segment_started_on=OuterRef("segment_started_on"), segment_no__lt=OuterRef("segment_no"))
    earlier = Q(segment_started_on__lt=OuterRef("segment_started_on")) | same_day
    return rows.alias(ends=Coalesce("segment_ended_on", "segment_started_on")).filter(Exists(shared.filter(earlier)))


@edit_check(
    "DO09_SEG_GAP_48",
    AnakinraSegment,
    fields=["segment_started_on"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "More than 48 hours without anakinra before this dose segment. Check the dates, or confirm the pause."
    ),
)
def segments_apart(rows: Rows) -> Rows:
    """Two whole days without a dose are a pause; an earlier segment without its last day may fill it."""
    earlier = _segments().filter(segment_started_on__lt=OuterRef("segment_started_on"))
    recent = OuterRef("segment_started_on") - dt.timedelta(days=SEGMENT_GAP_DAYS)
    may_reach = Q(segment_ended_on=None) | Q(segment_ended_on__gte=recent)
    return rows.filter(Exists(earlier), ~Exists(earlier.filter(may_reach)))


def _segments(**computed: Any) -> QuerySet[Any]:
    of_course = AnakinraSegment.objects.order_by().filter(anakinra_course=OuterRef("anakinra_course"))
    return of_course.alias(**computed)


@edit_check(
    "DO10_SEG_BOUND",
    AnakinraSegment,
    fields=["segment_started_on", "segment_ended_on"],
    severity=Severity.BLOCKING,
    message=gettext_noop("The dose segment lies outside the first and last day of its course. Correct the dates."),
)
def segment_outside_course(rows: Rows) -> Rows:
    """A course begins with its first segment and ends with its last."""
    ended = "anakinra_course__ended_on"
    begins_early = Q(segment_started_on__lt=F("anakinra_course__started_on"))
    return rows.filter(
        begins_early | surely_before(ended, "segment_started_on") | surely_before(ended, "segment_ended_on")
    )


@edit_check(
    "DO11_RENAL",
    AnakinraSegment,
    fields=["interval_h"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "Creatinine clearance below 30 mL/min, and anakinra more often than once a day. Check both, or confirm."
    ),
)
def interval_short_for_kidneys(rows: Rows) -> Rows:
    """Anakinra leaves by the kidneys; with severe impairment it is given less often (provisional)."""
    clearance = "anakinra_course__course__creatinine_clearance_ml_min"
    return rows.filter(**{f"{clearance}__lt": CREATININE_CLEARANCE_LOW_ML_MIN}, interval_h__lt=HOURS_PER_DAY)


@edit_check(
    "DO12_INDIC",
    AnakinraCourse,
    fields=["stop_reason"],
    severity=Severity.BLOCKING,
    message=gettext_noop(
        "Anakinra was stopped for a side effect, but the course has no adverse event. Add the event, or correct the "
        "reason for stopping."
    ),
)
def stopped_without_event(rows: Rows) -> Rows:
    """The safety endpoint counts stops for side effects and says which they were."""
    events = AdverseEvent.objects.order_by().filter(anakinra_course=OuterRef("pk"))
    return rows.filter(~Exists(events), stop_reason=StopReason.ADVERSE_EVENT.value)


@edit_check(
    "DO13_DUR",
    AnakinraCourse,
    fields=["ended_on", "started_on"],
    severity=Severity.SOFT,
    message=gettext_noop("The course lasts more than 30 days. Check the dates; was it a taper, or given for IEC-HS?"),
)
def course_long(rows: Rows) -> Rows:
    """CRS and ICANS are treated for days."""
    return rows.filter(surely_further("started_on", "ended_on", COURSE_LONG_DAYS))
