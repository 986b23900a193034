"""Therapy of the toxicities other than anakinra: tocilizumab, corticosteroids and the rest."""

from __future__ import annotations

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from registry.metadata import (
    CodedVariable,
    DateVariable,
    DecimalVariable,
    IntegerVariable,
    Privacy,
    TextVariable,
    Variable,
    impossible,
    topic,
)
from registry.models.base import ClinicalModel, ParentKey
from registry.rules.therapy import DoseUnit, Route, TherapyDrug, TherapyReason
from sites.audit import audited


@audited
@topic(
    "toxicity_therapy",
    "Toxicity therapy",
    grain="one row per drug, dose and period",
    key=["therapy_no"],
    parent="course",
)
class ToxicityTherapy(ClinicalModel):
    """One drug at one dose from one day to another; a single dose starts and ends on the same day."""

    course = ParentKey("registry.InfusionCourse", "therapies")
    therapy_no = IntegerVariable(Variable("Therapy number", Privacy.CLINICAL, unit="1", limits=(1, 999)), required=True)
    drug = CodedVariable(Variable("Drug", Privacy.CLINICAL), TherapyDrug, required=True)
    drug_other = TextVariable(
        Variable(
            "Other drug",
            Privacy.FREE_TEXT,
            asked_if=("drug", ("OTHER", "OTHER_ANTISEIZURE")),
            short="Other drug",
        ),
        max_length=100,
    )
    reason = CodedVariable(Variable("Given for", Privacy.CLINICAL), TherapyReason)
    started_on = DateVariable(Variable("First day", Privacy.DATE), required=True)
    ended_on = DateVariable(Variable("Last day", Privacy.DATE))
    dose = DecimalVariable(
        Variable("Dose per administration", Privacy.CLINICAL, unit="{dose unit}", short="Dose"),
        digits=9,
        places=3,
    )
    dose_unit = CodedVariable(
        Variable("Unit of the dose", Privacy.CLINICAL, asked_if=("dose", ("*",)), short="Unit"), DoseUnit
    )
    interval_h = DecimalVariable(
        Variable(
            "Dose interval",
            Privacy.CLINICAL,
            unit="h",
            limits=(1, 720),
            plausible=(4, 168),
            note="24 is once a day; empty for a single dose",
            optional=True,
            short="Every",
        ),
        digits=5,
        places=1,
    )
    route = CodedVariable(Variable("Route", Privacy.CLINICAL), Route)
    dexeq_mg_per_day = DecimalVariable(
        Variable(
            "Dexamethasone equivalent",
            Privacy.CLINICAL,
            unit="mg/d",
            derived=True,
            note="Corticosteroids only; equivalence provisional",
            short="Dexamethasone eq.",
        ),
        digits=9,
        places=3,
    )

    class Meta:
        ordering = ["course", "started_on", "therapy_no"]
        constraints = [
            impossible(
                "toxicity_therapy_order",
                unless=Q(ended_on__gte=F("started_on")),
                message=_("The therapy ends before it starts."),
            ),
            impossible("toxicity_therapy_dose", unless=Q(dose__gte=0), message=_("A dose is not negative.")),
        ]
