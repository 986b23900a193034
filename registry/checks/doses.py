"""Doses of anakinra: amounts, intervals, dose segments and the course that they make."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Abs, Coalesce, Round
from django.utils.translation import gettext_noop

from registry.checks.ages import surely_adult
from registry.checks.declared import Limits, Rows, Severity, edit_check, threshold
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

# The limits of the dose classes are the published cohort's, no conventions of the registry.
LOW_DOSE = next(band for band in DOSE_CLASSES[AnakinraRoute.SC] if band.result == DoseClass.LOW)


@edit_check(
    "DO03_MAX_H",
    AnakinraSegment,
    fields=["dose_mg", "interval_h"],
    severity=Severity.BLOCKING,
    message=gettext_noop("More than %(most)s mg/kg/day is beyond any reported dose. Check dose, interval and weight."),
    # Not lower: what is said of the dose would not be true.
    thresholds=[
        threshold(
            "most",
            MG_PER_KG_DAY_HARD_MAX,
            "mg/kg/d",
            gettext_noop("Highest dose per kg"),
            low=MG_PER_KG_DAY_HARD_MAX,
            high=200,
        )
    ],
)
def dose_beyond_any_reported(rows: Rows, limits: Limits) -> Rows:
    """No more than 48 mg/kg/day was ever reported; more than 3000 mg/day the database refuses."""
    return rows.filter(mg_per_kg_day__gt=limits["most"])


@edit_check(
    "DO04_MAX_S",
    AnakinraSegment,
    fields=["dose_mg", "interval_h"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "The dose is above %(most)s mg/kg/day; the published cohort had no more than 12. "
        "Check dose, interval and weight, or confirm."
    ),
    thresholds=[
        threshold("most", MG_PER_KG_DAY_PUBLISHED_MAX, "mg/kg/d", gettext_noop("Highest dose per kg"), low=1, high=48)
    ],
)
def dose_above_published(rows: Rows, limits: Limits) -> Rows:
    """The published cohort had no more than 12 mg/kg/day."""
    return rows.filter(mg_per_kg_day__gt=limits["most"])


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
    message=gettext_noop(
        "The dose is neither a multiple of %(unit_mg)s mg nor a round number of mg/kg. Check it, or confirm."
    ),
    thresholds=[
        threshold("unit_mg", 50, "mg", gettext_noop("Doses are multiples of"), low=1, high=100),
        threshold(
            "per_dose", "0.5", "mg/kg", gettext_noop("Single doses by weight are multiples of"), low="0.1", high=5
        ),
        threshold("per_day", 1, "mg/kg/d", gettext_noop("Daily doses by weight are multiples of"), low="0.1", high=5),
        threshold("rounding", "2.5", "mg", gettext_noop("Rounding to what can be drawn up"), low=0, high=25),
    ],
)
def unit_dose_unusual(rows: Rows, limits: Limits) -> Rows:
    """Adults get syringes of 100 mg or halves, unless the dose goes by weight; without a weight nobody knows."""
    weight, rounding = F("anakinra_course__dose_weight_kg"), limits["rounding"]
    per_dose = weight * limits["per_dose"]
    per_day = weight * limits["per_day"] * F("interval_h") / HOURS_PER_DAY
    adults = rows.filter(surely_adult("anakinra_course__course__"))
    odd = adults.alias(remainder=F("dose_mg") % Value(limits["unit_mg"])).filter(remainder__gt=0)
    off = odd.alias(off_per_dose=_distance_to_multiple(per_dose), off_per_day=_distance_to_multiple(per_day))
    return off.filter(off_per_dose__gt=rounding, off_per_day__gt=rounding)


def _distance_to_multiple(step: Any) -> Abs:
    return Abs(F("dose_mg") - Round(F("dose_mg") / step) * step)


@edit_check(
    "DO07_SC_HIGH",
    AnakinraSegment,
    fields=["route", "dose_mg", "interval_h"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "More than %(one_dose)s mg in one subcutaneous dose, or %(daily)s mg a day, is a large volume. "
        "Check the route, or confirm."
    ),
    thresholds=[
        threshold("one_dose", 200, "mg", gettext_noop("Most in one subcutaneous dose"), low=100, high=1000),
        threshold("daily", 400, "mg/d", gettext_noop("Most subcutaneously a day"), low=100, high=3000),
    ],
)
def subcutaneous_volume_large(rows: Rows, limits: Limits) -> Rows:
    """A syringe of 0.67 mL holds 100 mg: such doses are mostly given into a vein."""
    too_much = Q(dose_mg__gt=limits["one_dose"]) | Q(daily_mg__gt=limits["daily"])
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
        "More than %(days)s days without anakinra before this dose segment. Check the dates, or confirm the pause."
    ),
    thresholds=[threshold("days", 2, "d", gettext_noop("Most days between two dose segments"), low=1, high=30)],
)
def segments_apart(rows: Rows, limits: Limits) -> Rows:
    """Two whole days without a dose are a pause; an earlier segment without its last day may fill it."""
    earlier = _segments().filter(segment_started_on__lt=OuterRef("segment_started_on"))
    recent = OuterRef("segment_started_on") - dt.timedelta(days=int(limits["days"]))
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
        "Creatinine clearance below %(clearance)s mL/min, and anakinra more often than once a day. "
        "Check both, or confirm."
    ),
    thresholds=[
        threshold("clearance", 30, "mL/min", gettext_noop("Clearance from which nothing is asked"), low=5, high=90)
    ],
)
def interval_short_for_kidneys(rows: Rows, limits: Limits) -> Rows:
    """Anakinra leaves by the kidneys; with severe impairment it is given less often (provisional)."""
    clearance = "anakinra_course__course__creatinine_clearance_ml_min"
    return rows.filter(**{f"{clearance}__lt": limits["clearance"]}, interval_h__lt=HOURS_PER_DAY)


@edit_check(
    "DO12_INDIC",
    AnakinraCourse,
    fields=["stop_reason"],
    severity=Severity.BLOCKING,
    message=gettext_noop(
        "Anakinra was stopped for a side effect, but the course has no adverse event. Add the event, or correct the "
        "reason for stopping."
    ),
    waits=True,
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
    message=gettext_noop(
        "The course lasts more than %(days)s days. Check the dates; was it a taper, or given for IEC-HS?"
    ),
    thresholds=[threshold("days", 30, "d", gettext_noop("Most days of a course"), low=3, high=365)],
)
def course_long(rows: Rows, limits: Limits) -> Rows:
    """CRS and ICANS are treated for days."""
    return rows.filter(surely_further("started_on", "ended_on", int(limits["days"])))
