"""Cytokine release syndrome: episodes and the daily components from which the ASTCT grade is computed."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registry.metadata import (
    CodedVariable,
    DateVariable,
    DecimalVariable,
    FlagVariable,
    IntegerVariable,
    Privacy,
    TextVariable,
    Variable,
    impossible,
    in_order,
    topic,
)
from registry.models.base import ClinicalModel, ParentKey
from registry.rules.crs import Oxygen
from sites.audit import audited

GRADE = (0, 5)


@audited
@topic("crs_episode", "CRS episodes", grain="one row per episode", key=["crs_no"], parent="course")
class CrsEpisode(ClinicalModel):
    """One CRS episode after one CAR-T course."""

    course = ParentKey("registry.InfusionCourse", "crs_episodes")
    crs_no = IntegerVariable(Variable("CRS episode number", Privacy.CLINICAL, unit="1", limits=(1, 99)), required=True)
    onset_on = DateVariable(Variable("Onset of CRS", Privacy.DATE, note="First documented symptom"), partial=True)
    is_resolved = FlagVariable(Variable("CRS resolved", Privacy.CLINICAL))
    resolved_on = DateVariable(
        Variable(
            "Resolution of CRS",
            Privacy.DATE,
            note="Fever, oxygen and vasopressor need all gone",
            asked_if=("is_resolved", ("yes",)),
        ),
        partial=True,
    )
    max_grade = IntegerVariable(
        Variable("Highest CRS grade by clinician (ASTCT)", Privacy.CLINICAL, unit="1", limits=GRADE)
    )
    max_grade_on = DateVariable(Variable("First day of highest CRS grade", Privacy.DATE))

    class Meta:
        ordering = ["course", "crs_no"]
        constraints = [
            in_order("crs_episode_order", "onset_on", "resolved_on", _("CRS resolves before its onset.")),
            impossible(
                "crs_episode_resolution",
                unless=~Q(is_resolved=False) | Q(resolved_on=None),
                message=_("CRS is marked not resolved but has a date of resolution."),
            ),
        ]


@audited
@topic(
    "crs_assessment",
    "CRS daily assessments",
    grain="one row per episode and day",
    key=["assessed_on"],
    parent="episode",
)
class CrsAssessment(ClinicalModel):
    """The worst values of one day, the clinician's grade and the grade computed from the components."""

    episode = ParentKey("registry.CrsEpisode", "assessments")
    assessed_on = DateVariable(Variable("Day", Privacy.DATE), required=True)
    temp_max_c = DecimalVariable(
        Variable(
            "Highest temperature",
            Privacy.CLINICAL,
            unit="Cel",
            code="LOINC 8310-5",
            limits=(25, 45),
            plausible=(34, 42),
            short="Max. temp.",
        ),
        digits=4,
        places=1,
    )
    has_other_fever_cause = FlagVariable(
        Variable("Fever has another cause", Privacy.CLINICAL, normal="no", short="Other cause")
    )
    had_antipyretic = FlagVariable(Variable("Antipyretic given", Privacy.CLINICAL, normal="no", short="Antipyretic"))
    systolic_min_mmhg = IntegerVariable(
        Variable(
            "Lowest systolic pressure",
            Privacy.CLINICAL,
            unit="mm[Hg]",
            limits=(0, 300),
            plausible=(50, 220),
            short="Lowest SBP",
        )
    )
    has_hypotension = FlagVariable(
        Variable(
            "Hypotension",
            Privacy.CLINICAL,
            note="For the patient's age and baseline",
            normal="no",
            short="Hypotension",
        )
    )
    vasopressors = IntegerVariable(
        Variable(
            "Vasopressors, vasopressin not counted",
            Privacy.CLINICAL,
            unit="1",
            limits=(0, 9),
            plausible=(0, 4),
            normal="0",
            short="Vasopressors",
        )
    )
    has_vasopressin = FlagVariable(Variable("Vasopressin", Privacy.CLINICAL, normal="no"))
    oxygen = CodedVariable(
        Variable("Oxygen support for hypoxia", Privacy.CLINICAL, normal="ROOM_AIR", short="Oxygen"),
        Oxygen,
    )
    oxygen_flow_l_min = DecimalVariable(
        Variable(
            "Oxygen flow",
            Privacy.CLINICAL,
            unit="L/min",
            limits=(0, 100),
            plausible=(0, 60),
            asked_if=("oxygen", ("LOW_FLOW", "HIGH_FLOW", "BLOW_BY")),
            short="Flow",
        ),
        digits=5,
        places=1,
    )
    has_other_oxygen_reason = FlagVariable(
        Variable(
            "Oxygen support has another reason",
            Privacy.CLINICAL,
            note="Airway protection, CPAP at home: no part of the CRS grade",
            asked_if=("oxygen", tuple(sorted(Oxygen.codes() - {"ROOM_AIR"}))),
            short="Other reason",
        )
    )
    grade_reported = IntegerVariable(
        Variable(
            "CRS grade by clinician (ASTCT)",
            Privacy.CLINICAL,
            unit="1",
            limits=GRADE,
            short="Grade, clinician",
        )
    )
    grade_computed = IntegerVariable(
        Variable(
            "CRS grade computed from components (ASTCT)",
            Privacy.CLINICAL,
            unit="1",
            limits=GRADE,
            derived=True,
            short="Grade, computed",
        )
    )
    grade_rule = TextVariable(
        Variable("Rule version of the computed grade", Privacy.SYSTEM, derived=True), max_length=24
    )
    note = TextVariable(Variable("Note", Privacy.FREE_TEXT, note="No names, no numbers, no dates"))

    class Meta:
        ordering = ["episode", "assessed_on"]
        constraints = [
            impossible(
                "crs_assessment_flow_fits_device",
                unless=~Q(oxygen=Oxygen.LOW_FLOW.value, oxygen_flow_l_min__gt=6),
                message=_("More than 6 L/min is not low flow."),
            ),
        ]
