"""Haemophagocytic syndrome associated with immune effector cells: criteria and grade (provisional)."""

from __future__ import annotations

from registry.rules.coding import Coded, gettext_noop


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
