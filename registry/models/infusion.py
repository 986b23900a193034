"""The CAR-T infusion course: from apheresis to the cells. Day 0 of a case is the course's first infusion."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from registry.metadata import (
    CodedVariable,
    DateVariable,
    DecimalVariable,
    FlagVariable,
    IntegerVariable,
    Privacy,
    ReferenceVariable,
    Transform,
    Variable,
    impossible,
    topic,
)
from registry.models.base import ClinicalModel, ParentKey
from registry.rules.infusion import Bridging, LymphodepletionRegimen, PerformanceScale, PerformanceSource
from registry.rules.products import ProductSetting
from sites.audit import audited

ORDINAL = (1, 99)


@audited
@topic("infusion_course", "Infusion courses", grain="one row per CAR-T course", key=["course_no"], parent="patient")
class InfusionCourse(ClinicalModel):
    """One CAR-T course: product, first infusion (day 0), lymphodepletion, fitness before it."""

    patient = ParentKey("registry.Patient", "infusion_courses")
    course_no = IntegerVariable(
        Variable("Course number", Privacy.CLINICAL, unit="1", limits=ORDINAL, note="1 is the index course"),
        required=True,
    )
    product = ReferenceVariable(
        Variable("CAR-T product", Privacy.QUASI, transform=Transform.KEEP), "registry.Product", required=True
    )
    setting = CodedVariable(Variable("Setting of use", Privacy.CLINICAL), ProductSetting)
    infused_on = DateVariable(
        Variable("Date of first infusion (day 0)", Privacy.DATE, transform=Transform.YEAR), required=True
    )
    cell_dose_10e6 = DecimalVariable(
        Variable("CAR-positive cells infused", Privacy.CLINICAL, unit="10*6", limits=(0, 5000), plausible=(5, 1000))
    )
    cell_dose_10e6_per_kg = DecimalVariable(
        Variable(
            "CAR-positive cells per kg",
            Privacy.CLINICAL,
            unit="10*6/kg",
            limits=(0, 100),
            plausible=(Decimal("0.1"), 20),
            optional=True,
        )
    )
    apheresis_on = DateVariable(Variable("Date of apheresis", Privacy.DATE), partial=True)
    bridging = CodedVariable(Variable("Bridging therapy", Privacy.CLINICAL), Bridging)
    ld_regimen = CodedVariable(Variable("Lymphodepletion regimen", Privacy.CLINICAL), LymphodepletionRegimen)
    ld_started_on = DateVariable(
        Variable(
            "First day of lymphodepletion",
            Privacy.DATE,
            asked_if=("ld_regimen", tuple(sorted(LymphodepletionRegimen.codes() - {"NONE"}))),
        )
    )
    ld_ended_on = DateVariable(
        Variable(
            "Last day of lymphodepletion",
            Privacy.DATE,
            asked_if=("ld_regimen", tuple(sorted(LymphodepletionRegimen.codes() - {"NONE"}))),
        )
    )
    fludarabine_mg_m2 = DecimalVariable(
        Variable(
            "Fludarabine, total",
            Privacy.CLINICAL,
            unit="mg/m2",
            limits=(0, 500),
            plausible=(50, 160),
            asked_if=("ld_regimen", ("FLU_CY", "FLU", "OTHER")),
        )
    )
    cyclophosphamide_mg_m2 = DecimalVariable(
        Variable(
            "Cyclophosphamide, total",
            Privacy.CLINICAL,
            unit="mg/m2",
            limits=(0, 10000),
            plausible=(500, 3000),
            asked_if=("ld_regimen", ("FLU_CY", "CY", "OTHER")),
        )
    )
    bendamustine_mg_m2 = DecimalVariable(
        Variable(
            "Bendamustine, total",
            Privacy.CLINICAL,
            unit="mg/m2",
            limits=(0, 1000),
            plausible=(120, 240),
            asked_if=("ld_regimen", ("BENDAMUSTINE", "OTHER")),
        )
    )
    kps = IntegerVariable(
        Variable(
            "Karnofsky performance status before lymphodepletion",
            Privacy.CLINICAL,
            unit="%",
            code="LOINC 89243-0",
            limits=(0, 100),
            plausible=(40, 100),
            note="Steps of 10; Lansky under 16 years",
        ),
    )
    kps_scale = CodedVariable(
        Variable("Scale of that status", Privacy.CLINICAL, asked_if=("kps", ("*",))), PerformanceScale
    )
    kps_on = DateVariable(Variable("Date of Karnofsky status", Privacy.DATE, asked_if=("kps", ("*",))))
    kps_source = CodedVariable(
        Variable("Source of Karnofsky status", Privacy.CLINICAL, asked_if=("kps", ("*",))), PerformanceSource
    )
    ecog = IntegerVariable(
        Variable(
            "ECOG performance status before lymphodepletion",
            Privacy.CLINICAL,
            unit="1",
            code="LOINC 89247-1",
            limits=(0, 5),
            plausible=(0, 3),
            optional=True,
        ),
    )
    ecog_on = DateVariable(Variable("Date of ECOG status", Privacy.DATE, asked_if=("ecog", ("*",))))
    ecog_source = CodedVariable(
        Variable("Source of ECOG status", Privacy.CLINICAL, asked_if=("ecog", ("*",))), PerformanceSource
    )
    weight_kg = DecimalVariable(
        Variable(
            "Weight at lymphodepletion",
            Privacy.CLINICAL,
            unit="kg",
            code="LOINC 29463-7",
            limits=(2, 350),
            plausible=(30, 180),
        ),
        digits=5,
        places=1,
    )
    height_cm = DecimalVariable(
        Variable("Height", Privacy.CLINICAL, unit="cm", limits=(40, 250), plausible=(130, 210)), digits=5, places=1
    )
    hct_ci = IntegerVariable(
        Variable(
            "Comorbidity index (HCT-CI)", Privacy.CLINICAL, unit="1", limits=(0, 26), plausible=(0, 10), optional=True
        ),
    )
    creatinine_clearance_ml_min = DecimalVariable(
        Variable("Creatinine clearance", Privacy.CLINICAL, unit="mL/min", limits=(0, 300), plausible=(20, 180))
    )
    had_platelets_7d = FlagVariable(
        Variable("Platelet transfusion in the 7 days before pre-lymphodepletion labs", Privacy.CLINICAL)
    )
    had_red_cells_30d = FlagVariable(
        Variable("Red cell transfusion in the 30 days before pre-lymphodepletion labs", Privacy.CLINICAL)
    )
    had_gcsf_7d = FlagVariable(
        Variable("G-CSF in the 7 days (long-acting: 14) before pre-lymphodepletion labs", Privacy.CLINICAL)
    )

    class Meta:
        ordering = ["patient", "course_no"]
        indexes = [
            models.Index(fields=["infused_on", "patient"], name="infusion_in_order", condition=Q(course_no=1)),
            models.Index(fields=["site", "infused_on"], name="infusion_of_site", condition=Q(course_no=1)),
            models.Index(fields=["product", "infused_on"], name="infusion_of_product", condition=Q(course_no=1)),
        ]
        constraints = [
            impossible(
                "infusion_course_kps_step",
                unless=Q(kps__in=range(0, 101, 10)),
                message=_("Karnofsky status is given in steps of 10."),
            ),
            impossible(
                "infusion_course_ld_order",
                unless=Q(ld_ended_on__gte=F("ld_started_on")),
                message=_("Lymphodepletion ends before it starts."),
            ),
            impossible(
                "infusion_course_ld_before_cells",
                unless=Q(ld_started_on__lt=F("infused_on")),
                message=_("Lymphodepletion must start before the infusion."),
            ),
            impossible(
                "infusion_course_apheresis_before_ld",
                unless=Q(apheresis_on__lt=F("ld_started_on")),
                message=_("Apheresis must precede lymphodepletion."),
            ),
        ]


@audited
@topic(
    "further_infusion",
    "Further infusions",
    grain="one row per later infusion of a split dose",
    key=["infusion_no"],
    parent="course",
)
class FurtherInfusion(ClinicalModel):
    """The second and later infusions of a course; the first is in the course itself."""

    course = ParentKey("registry.InfusionCourse", "further_infusions")
    infusion_no = IntegerVariable(Variable("Infusion number", Privacy.CLINICAL, unit="1", limits=(2, 9)), required=True)
    infused_on = DateVariable(Variable("Date of this infusion", Privacy.DATE), required=True)
    cell_dose_10e6 = DecimalVariable(
        Variable("CAR-positive cells infused", Privacy.CLINICAL, unit="10*6", limits=(0, 5000), plausible=(5, 1000))
    )

    class Meta:
        ordering = ["course", "infusion_no"]
