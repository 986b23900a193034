"""IEC-HS: haemophagocytic lymphohistiocytosis-like syndrome after immune effector cells. Rules are provisional."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from registry.metadata import (
    CodedVariable,
    DateVariable,
    FlagVariable,
    IntegerVariable,
    Privacy,
    TextVariable,
    Variable,
    in_order,
    topic,
)
from registry.models.base import ClinicalModel, ParentKey
from registry.rules.coding import gettext_noop
from registry.rules.iechs import IecHsGradeReason
from sites.audit import audited


def _finding(label: str, note: str = "") -> FlagVariable:
    return FlagVariable(Variable(label, Privacy.CLINICAL, note=note))


@audited
@topic("iechs_episode", "IEC-HS episodes", grain="one row per episode", key=["iechs_no"], parent="course")
class IecHsEpisode(ClinicalModel):
    """One IEC-HS episode with the findings of the 2023 criteria (Hines, DOI 10.1016/j.jtct.2023.03.006)."""

    course = ParentKey("registry.InfusionCourse", "iechs_episodes")
    iechs_no = IntegerVariable(
        Variable("IEC-HS episode number", Privacy.CLINICAL, unit="1", limits=(1, 99)), required=True
    )
    onset_on = DateVariable(Variable("Onset of IEC-HS", Privacy.DATE), partial=True)
    is_resolved = FlagVariable(Variable("IEC-HS resolved", Privacy.CLINICAL))
    resolved_on = DateVariable(
        Variable("Resolution of IEC-HS", Privacy.DATE, asked_if=("is_resolved", ("yes",))), partial=True
    )
    has_raised_ferritin = _finding(gettext_noop("Ferritin above 2 x upper limit or baseline, or rapidly rising"))
    has_raised_transaminases = _finding(gettext_noop("AST or ALT above 5 x upper limit (or 5 x abnormal baseline)"))
    has_low_fibrinogen = _finding(gettext_noop("Fibrinogen below 150 mg/dL or below the lower limit"))
    has_new_cytopenia = _finding(
        gettext_noop("New, worse or refractory cytopenia"), note=gettext_noop("At least one lineage grade 4")
    )
    has_raised_ldh = _finding(gettext_noop("LDH above the upper limit"))
    has_prolonged_coagulation = _finding(gettext_noop("Prolonged PT or PTT"))
    has_raised_bilirubin = _finding(gettext_noop("Raised direct bilirubin"))
    has_splenomegaly = _finding(gettext_noop("New splenomegaly"))
    has_fever = _finding(gettext_noop("Fever"))
    has_neurotoxicity = _finding(gettext_noop("Neurotoxicity"))
    has_pulmonary = _finding(gettext_noop("Hypoxia, infiltrates or pulmonary oedema"))
    has_renal_failure = _finding(gettext_noop("Renal failure"))
    has_raised_triglycerides = _finding(gettext_noop("Fasting triglycerides above 265 mg/dL"))
    has_tissue_haemophagocytosis = _finding(gettext_noop("Haemophagocytosis in tissue"))
    has_other_explanation = _finding(gettext_noop("Solely explained by CRS, infection or progression"))
    worst_manifestation = CodedVariable(
        Variable("Worst manifestation", Privacy.CLINICAL, note="Sets the grade; provisional"), IecHsGradeReason
    )
    max_grade = IntegerVariable(
        Variable("Highest IEC-HS grade by clinician", Privacy.CLINICAL, unit="1", limits=(0, 5))
    )
    grade_computed = IntegerVariable(
        Variable(
            "IEC-HS grade computed from the worst manifestation (provisional)",
            Privacy.CLINICAL,
            unit="1",
            limits=(1, 5),
            derived=True,
        )
    )
    grade_rule = TextVariable(
        Variable("Rule version of the computed grade", Privacy.SYSTEM, derived=True), max_length=24
    )

    class Meta:
        ordering = ["course", "iechs_no"]
        constraints = [
            in_order("iechs_episode_order", "onset_on", "resolved_on", _("IEC-HS resolves before its onset."))
        ]
