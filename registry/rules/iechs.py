"""Haemophagocytic syndrome associated with immune effector cells: criteria and grade (provisional).

Source: Hines et al., Transplant Cell Ther 2023, DOI 10.1016/j.jtct.2023.03.006, not checked against the publication.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from registry.rules.coding import Coded, gettext_noop
from registry.rules.grading import either

RULE_VERSION = "HINES-2023/provisional"


class IecHsCriterion(Coded):
    """Findings that the definition of the syndrome counts."""

    FERRITIN = "FERRITIN", gettext_noop("ferritin above twice normal or baseline, or rising rapidly")
    TRANSAMINASES = "TRANSAMINASES", gettext_noop("AST or ALT above five times normal")
    FIBRINOGEN = "FIBRINOGEN", gettext_noop("fibrinogen below 150 mg/dL or normal")
    CYTOPENIA = "CYTOPENIA", gettext_noop("new, worse or refractory cytopenia")
    LDH = "LDH", gettext_noop("LDH above normal")
    COAGULATION = "COAGULATION", gettext_noop("prolonged PT or PTT")
    BILIRUBIN = "BILIRUBIN", gettext_noop("raised direct bilirubin")
    SPLENOMEGALY = "SPLENOMEGALY", gettext_noop("new splenomegaly")
    FEVER = "FEVER", gettext_noop("fever")
    NEUROTOXICITY = "NEUROTOXICITY", gettext_noop("neurotoxicity")
    PULMONARY = "PULMONARY", gettext_noop("hypoxia, infiltrates or pulmonary oedema")
    RENAL = "RENAL", gettext_noop("renal failure")
    TRIGLYCERIDES = "TRIGLYCERIDES", gettext_noop("fasting triglycerides above 265 mg/dL")
    HAEMOPHAGOCYTOSIS = "HAEMOPHAGOCYTOSIS", gettext_noop("haemophagocytosis in tissue")


class IecHsGradeReason(Coded):
    """The worst manifestation, which sets the grade."""

    OBSERVATION = "OBSERVATION", gettext_noop("no symptoms or mild, observed only")
    DIRECTED_THERAPY = "DIRECTED_THERAPY", gettext_noop("mild or moderate, treatment directed at the syndrome")
    FIBRINOGEN_REPLACED = "FIBRINOGEN_REPLACED", gettext_noop("low fibrinogen without symptoms, replaced")
    BLEEDING_TRANSFUSED = "BLEEDING_TRANSFUSED", gettext_noop("bleeding needing transfusion")
    KIDNEY_INJURY = "KIDNEY_INJURY", gettext_noop("new acute kidney injury needing hospital care")
    HYPOTENSION = "HYPOTENSION", gettext_noop("hypotension")
    RESPIRATORY_DISTRESS = "RESPIRATORY_DISTRESS", gettext_noop("respiratory distress")
    INTUBATION = "INTUBATION", gettext_noop("intubation")
    DIALYSIS = "DIALYSIS", gettext_noop("dialysis")
    MAJOR_BLEEDING = "MAJOR_BLEEDING", gettext_noop("life-threatening bleeding")
    DEATH = "DEATH", gettext_noop("death")


class IecHsTier(Coded):
    """How much a finding counts in the definition."""

    REQUIRED = "REQUIRED", gettext_noop("required")
    COMMON = "COMMON", gettext_noop("common")
    OTHER = "OTHER", gettext_noop("other")


TIERS: Mapping[IecHsCriterion, IecHsTier] = {
    IecHsCriterion.FERRITIN: IecHsTier.REQUIRED,
    IecHsCriterion.TRANSAMINASES: IecHsTier.COMMON,
    IecHsCriterion.FIBRINOGEN: IecHsTier.COMMON,
    IecHsCriterion.CYTOPENIA: IecHsTier.COMMON,
    IecHsCriterion.LDH: IecHsTier.OTHER,
    IecHsCriterion.COAGULATION: IecHsTier.OTHER,
    IecHsCriterion.BILIRUBIN: IecHsTier.OTHER,
    IecHsCriterion.SPLENOMEGALY: IecHsTier.OTHER,
    IecHsCriterion.FEVER: IecHsTier.OTHER,
    IecHsCriterion.NEUROTOXICITY: IecHsTier.OTHER,
    IecHsCriterion.PULMONARY: IecHsTier.OTHER,
    IecHsCriterion.RENAL: IecHsTier.OTHER,
    IecHsCriterion.TRIGLYCERIDES: IecHsTier.OTHER,
    IecHsCriterion.HAEMOPHAGOCYTOSIS: IecHsTier.OTHER,
}

REASON_GRADES: Mapping[IecHsGradeReason, int] = {
    IecHsGradeReason.OBSERVATION: 1,
    IecHsGradeReason.DIRECTED_THERAPY: 2,
    IecHsGradeReason.FIBRINOGEN_REPLACED: 2,
    IecHsGradeReason.BLEEDING_TRANSFUSED: 3,
    IecHsGradeReason.KIDNEY_INJURY: 3,
    IecHsGradeReason.HYPOTENSION: 3,
    IecHsGradeReason.RESPIRATORY_DISTRESS: 3,
    IecHsGradeReason.INTUBATION: 4,
    IecHsGradeReason.DIALYSIS: 4,
    IecHsGradeReason.MAJOR_BLEEDING: 4,
    IecHsGradeReason.DEATH: 5,
}

FERRITIN_TIMES = 2
TRANSAMINASE_TIMES = 5
FIBRINOGEN_LOW_MG_DL = Decimal(150)
TRIGLYCERIDES_HIGH_MG_DL = Decimal(265)


@dataclass(frozen=True, slots=True)
class CriteriaMet:
    """Whether the required finding is present, and how many common and other findings are."""

    has_required: bool
    common: int
    other: int


def ferritin_raised(ferritin: Decimal | None, normal_max: Decimal | None, baseline: Decimal | None) -> bool | None:
    """Tell whether ferritin (all in ng/mL) lies above twice the upper normal limit or twice the value at infusion.

    Nothing when a missing value could decide (provisional).
    """
    if ferritin is None:
        return None
    return either(_above(ferritin, normal_max), _above(ferritin, baseline))


def criteria_met(findings: Collection[IecHsCriterion]) -> CriteriaMet:
    """Count the findings present by their weight in the definition (provisional)."""
    tiers = [TIERS[finding] for finding in set(findings)]
    return CriteriaMet(IecHsTier.REQUIRED in tiers, tiers.count(IecHsTier.COMMON), tiers.count(IecHsTier.OTHER))


def iechs_grade(manifestations: Collection[IecHsGradeReason]) -> int | None:
    """Return the grade 1 to 5 of the worst manifestation, or nothing when none was recorded (provisional)."""
    return max((REASON_GRADES[reason] for reason in manifestations), default=None)


def _above(ferritin: Decimal, reference: Decimal | None) -> bool | None:
    return None if reference is None else ferritin > FERRITIN_TIMES * reference
