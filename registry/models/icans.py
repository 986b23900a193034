"""Neurotoxicity (ICANS): episodes and the daily components from which the ASTCT grade is computed."""

from __future__ import annotations

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from registry.metadata import (
    CodedVariable,
    DateVariable,
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
from registry.rules.coding import gettext_noop
from registry.rules.icans import Consciousness, IceAssessable, IcpSign, Motor, Oedema, Seizure
from sites.audit import audited

GRADE = (0, 5)


@audited
@topic("icans_episode", "ICANS episodes", grain="one row per episode", key=["icans_no"], parent="course")
class IcansEpisode(ClinicalModel):
    """One ICANS episode after one CAR-T course."""

    course = ParentKey("registry.InfusionCourse", "icans_episodes")
    icans_no = IntegerVariable(
        Variable("ICANS episode number", Privacy.CLINICAL, unit="1", limits=(1, 99)), required=True
    )
    onset_on = DateVariable(Variable("Onset of ICANS", Privacy.DATE), partial=True)
    is_resolved = FlagVariable(Variable("ICANS resolved", Privacy.CLINICAL))
    resolved_on = DateVariable(
        Variable("Resolution of ICANS", Privacy.DATE, asked_if=("is_resolved", ("yes",))), partial=True
    )
    max_grade = IntegerVariable(
        Variable("Highest ICANS grade by clinician (ASTCT)", Privacy.CLINICAL, unit="1", limits=GRADE)
    )
    max_grade_on = DateVariable(Variable("First day of highest ICANS grade", Privacy.DATE))
    had_haemorrhage = FlagVariable(
        Variable("Intracranial haemorrhage", Privacy.CLINICAL, note="Not part of the ICANS grade")
    )

    class Meta:
        ordering = ["course", "icans_no"]
        constraints = [
            in_order("icans_episode_order", "onset_on", "resolved_on", _("ICANS resolves before its onset.")),
            impossible(
                "icans_episode_resolution",
                unless=~Q(is_resolved=False) | Q(resolved_on=None),
                message=_("ICANS is marked not resolved but has a date of resolution."),
            ),
        ]


def _ice(label: str, short: str, points: int) -> IntegerVariable:
    return IntegerVariable(Variable(label, Privacy.CLINICAL, unit="1", limits=(0, points), short=short))


@audited
@topic(
    "icans_assessment",
    "ICANS daily assessments",
    grain="one row per episode and day",
    key=["assessed_on"],
    parent="episode",
)
class IcansAssessment(ClinicalModel):
    """The worst findings of one day, the clinician's grade and the grade computed from the components."""

    episode = ParentKey("registry.IcansEpisode", "assessments")
    assessed_on = DateVariable(Variable("Day", Privacy.DATE), required=True)
    ice_assessable = CodedVariable(
        Variable("ICE could be done", Privacy.CLINICAL, normal="YES", short="ICE done"), IceAssessable
    )
    ice_orientation = _ice(gettext_noop("ICE: orientation"), gettext_noop("Orient."), 4)
    ice_naming = _ice(gettext_noop("ICE: naming"), gettext_noop("Name"), 3)
    ice_command = _ice(gettext_noop("ICE: following a command"), gettext_noop("Comm."), 1)
    ice_writing = _ice(gettext_noop("ICE: writing"), gettext_noop("Write"), 1)
    ice_attention = _ice(gettext_noop("ICE: attention"), gettext_noop("Attn."), 1)
    ice_total = IntegerVariable(
        Variable(
            "ICE score",
            Privacy.CLINICAL,
            unit="1",
            limits=(0, 10),
            note="Sum of the items where they are recorded",
            short="ICE score",
        )
    )
    capd = IntegerVariable(
        Variable(
            "CAPD score",
            Privacy.CLINICAL,
            unit="1",
            limits=(0, 32),
            note="Under 12 years instead of ICE",
            short="CAPD",
        )
    )
    consciousness = CodedVariable(
        Variable("Level of consciousness", Privacy.CLINICAL, normal="ALERT", short="Conscious."),
        Consciousness,
    )
    seizure = CodedVariable(Variable("Seizure", Privacy.CLINICAL, normal="NONE"), Seizure)
    motor = CodedVariable(Variable("Motor findings", Privacy.CLINICAL, normal="NONE", short="Motor"), Motor)
    oedema = CodedVariable(
        Variable("Cerebral oedema on imaging", Privacy.CLINICAL, normal="NONE", short="Oedema"), Oedema
    )
    icp_sign = CodedVariable(
        Variable("Sign of raised intracranial pressure", Privacy.CLINICAL, normal="NONE", short="ICP sign"),
        IcpSign,
    )
    has_other_cause = FlagVariable(
        Variable(
            "Findings have another cause",
            Privacy.CLINICAL,
            note="For example sedation",
            normal="no",
            short="Other cause",
        )
    )
    grade_reported = IntegerVariable(
        Variable(
            "ICANS grade by clinician (ASTCT)",
            Privacy.CLINICAL,
            unit="1",
            limits=GRADE,
            short="Grade, clinician",
        )
    )
    grade_computed = IntegerVariable(
        Variable(
            "ICANS grade computed from components (ASTCT)",
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
                "icans_assessment_ice_sum",
                unless=Q(
                    ice_total=F("ice_orientation")
                    + F("ice_naming")
                    + F("ice_command")
                    + F("ice_writing")
                    + F("ice_attention")
                ),
                message=_("The ICE score is not the sum of its items."),
            ),
            impossible(
                "icans_assessment_ice_zero",
                unless=~Q(ice_total=0) | Q(ice_assessable__isnull=False),
                message=_("ICE 0: state whether the patient was awake (grade 3) or unarousable (grade 4)."),
            ),
        ]
