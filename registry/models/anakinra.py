"""Anakinra: courses with intent and outcome, and the dose segments of which they are made."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from registry.metadata import (
    CodedVariable,
    DateVariable,
    DecimalVariable,
    IntegerVariable,
    Privacy,
    TimeVariable,
    Transform,
    Variable,
    impossible,
    in_order,
    topic,
)
from registry.models.base import ClinicalModel, ParentKey
from registry.rules.anakinra import AnakinraRoute, DoseClass, Indication, Intent, StopReason, WeightSource
from sites.audit import audited


@audited
@topic("anakinra_course", "Anakinra courses", grain="one row per course", key=["anakinra_no"], parent="course")
class AnakinraCourse(ClinicalModel):
    """One course of anakinra; its dose class follows from the first segment (ADR on the dose rule)."""

    course = ParentKey("registry.InfusionCourse", "anakinra_courses")
    anakinra_no = IntegerVariable(
        Variable("Anakinra course number", Privacy.CLINICAL, unit="1", limits=(1, 99)), required=True
    )
    intent = CodedVariable(Variable("Intent", Privacy.CLINICAL), Intent)
    indication = CodedVariable(Variable("Indication", Privacy.CLINICAL), Indication)
    started_on = DateVariable(Variable("First day of anakinra", Privacy.DATE), partial=True)
    started_at = TimeVariable(Variable("Time of first dose", Privacy.DATE, transform=Transform.WITHHOLD, optional=True))
    ended_on = DateVariable(Variable("Last day of anakinra", Privacy.DATE), partial=True)
    stop_reason = CodedVariable(Variable("Reason for stopping", Privacy.CLINICAL), StopReason)
    crs_grade_at_start = IntegerVariable(
        Variable("CRS grade at start (ASTCT)", Privacy.CLINICAL, unit="1", limits=(0, 5))
    )
    icans_grade_at_start = IntegerVariable(
        Variable("ICANS grade at start (ASTCT)", Privacy.CLINICAL, unit="1", limits=(0, 5))
    )
    weight_kg = DecimalVariable(
        Variable("Weight at anakinra start", Privacy.CLINICAL, unit="kg", limits=(2, 350), plausible=(30, 180)),
        digits=5,
        places=1,
    )
    weighed_on = DateVariable(Variable("Date of that weight", Privacy.DATE, asked_if=("weight_kg", ("*",))))
    dose_weight_kg = DecimalVariable(
        Variable("Weight used for mg/kg", Privacy.CLINICAL, unit="kg", derived=True), digits=5, places=1
    )
    dose_weight_source = CodedVariable(
        Variable("Source of the weight used", Privacy.CLINICAL, derived=True), WeightSource
    )
    first_daily_mg = DecimalVariable(
        Variable("Prescribed daily dose of the first segment", Privacy.CLINICAL, unit="mg/d", derived=True),
        digits=9,
        places=3,
    )
    first_mg_per_kg_day = DecimalVariable(
        Variable("First daily dose per kg", Privacy.CLINICAL, unit="mg/kg/d", derived=True), digits=7, places=3
    )
    dose_class = CodedVariable(Variable("Dose class", Privacy.CLINICAL, derived=True), DoseClass)

    class Meta:
        ordering = ["course", "anakinra_no"]
        constraints = [
            in_order("anakinra_course_order", "started_on", "ended_on", _("Anakinra stops before it starts.")),
        ]


@audited
@topic(
    "anakinra_segment",
    "Anakinra dose segments",
    grain="one row per unchanged dose",
    key=["segment_no"],
    parent="anakinra_course",
)
class AnakinraSegment(ClinicalModel):
    """A period of one unchanged dose, interval and route."""

    anakinra_course = ParentKey("registry.AnakinraCourse", "segments")
    segment_no = IntegerVariable(Variable("Segment number", Privacy.CLINICAL, unit="1", limits=(1, 99)), required=True)
    segment_started_on = DateVariable(
        Variable("First day of this dose", Privacy.DATE, short="First day"), required=True
    )
    segment_started_at = TimeVariable(
        Variable(
            "Time of the first dose",
            Privacy.DATE,
            transform=Transform.WITHHOLD,
            optional=True,
            short="Time",
        )
    )
    segment_ended_on = DateVariable(Variable("Last day of this dose", Privacy.DATE, short="Last day"))
    dose_mg = DecimalVariable(
        Variable(
            "Dose per administration",
            Privacy.CLINICAL,
            unit="mg",
            limits=(0, 3000),
            plausible=(50, 600),
            short="Dose",
        ),
        digits=8,
        places=2,
    )
    interval_h = DecimalVariable(
        Variable(
            "Dose interval",
            Privacy.CLINICAL,
            unit="h",
            limits=(1, 96),
            plausible=(4, 48),
            note="24 is once a day",
            short="Every",
        ),
        digits=5,
        places=1,
    )
    route = CodedVariable(Variable("Route", Privacy.CLINICAL), AnakinraRoute)
    daily_mg = DecimalVariable(
        Variable("Daily dose", Privacy.CLINICAL, unit="mg/d", limits=(0, 3000), derived=True), digits=9, places=3
    )
    mg_per_kg_day = DecimalVariable(
        Variable("Daily dose per kg", Privacy.CLINICAL, unit="mg/kg/d", derived=True), digits=7, places=3
    )

    class Meta:
        ordering = ["anakinra_course", "segment_no"]
        constraints = [
            impossible(
                "anakinra_segment_order",
                unless=Q(segment_ended_on__gte=F("segment_started_on")),
                message=_("The dose segment ends before it starts."),
            ),
            impossible(
                "anakinra_segment_daily_dose",
                unless=Q(dose_mg__lte=F("interval_h") * Decimal(125)),
                message=_("More than 3000 mg/day is beyond any reported dose."),
            ),
        ]
