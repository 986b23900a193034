"""The disease that the CAR-T cells were given for: diagnosis, its group, stage and history."""

from __future__ import annotations

from collections.abc import Mapping

from registry.rules.coding import Coded, gettext_noop


class DiseaseGroup(Coded):
    """Groups of diagnoses that are analysed together."""

    LBCL = "LBCL", gettext_noop("large B-cell lymphoma")
    FL = "FL", gettext_noop("follicular lymphoma")
    MCL = "MCL", gettext_noop("mantle cell lymphoma")
    MZL = "MZL", gettext_noop("marginal zone lymphoma")
    CLL_SLL = "CLL_SLL", gettext_noop("chronic lymphocytic leukaemia or small lymphocytic lymphoma")
    B_ALL = "B_ALL", gettext_noop("B-cell acute lymphoblastic leukaemia")
    MM_PCL = "MM_PCL", gettext_noop("multiple myeloma and other plasma cell neoplasms")
    OTHER = "OTHER", gettext_noop("other")


class Diagnosis(Coded):
    """Diagnosis at the time of CAR-T."""

    DLBCL = "DLBCL", gettext_noop("diffuse large B-cell lymphoma")
    HGBL = "HGBL", gettext_noop("high-grade B-cell lymphoma")
    PMBCL = "PMBCL", gettext_noop("primary mediastinal large B-cell lymphoma")
    TFL = "TFL", gettext_noop("transformed follicular lymphoma")
    TRANSFORMED_OTHER = "TRANSFORMED_OTHER", gettext_noop("other transformed indolent lymphoma")
    RICHTER = "RICHTER", gettext_noop("Richter transformation")
    PCNSL = "PCNSL", gettext_noop("primary lymphoma of the central nervous system")
    FL = "FL", gettext_noop("follicular lymphoma")
    MCL = "MCL", gettext_noop("mantle cell lymphoma")
    MZL = "MZL", gettext_noop("marginal zone lymphoma")
    CLL = "CLL", gettext_noop("chronic lymphocytic leukaemia")
    SLL = "SLL", gettext_noop("small lymphocytic lymphoma")
    B_ALL = "B_ALL", gettext_noop("B-cell acute lymphoblastic leukaemia")
    MM = "MM", gettext_noop("multiple myeloma")
    PCL = "PCL", gettext_noop("plasma cell leukaemia")
    AL = "AL", gettext_noop("light chain amyloidosis")
    BURKITT = "BURKITT", gettext_noop("Burkitt lymphoma")
    WM = "WM", gettext_noop("Waldenström macroglobulinaemia")
    OTHER = "OTHER", gettext_noop("other")


class Stage(Coded):
    """Stage at CAR-T in the system of the disease; the missing reason NA where the disease has none."""

    ANN_ARBOR_I = "ANN_ARBOR_I", gettext_noop("Ann Arbor I")
    ANN_ARBOR_II = "ANN_ARBOR_II", gettext_noop("Ann Arbor II")
    ANN_ARBOR_III = "ANN_ARBOR_III", gettext_noop("Ann Arbor III")
    ANN_ARBOR_IV = "ANN_ARBOR_IV", gettext_noop("Ann Arbor IV")
    ISS_I = "ISS_I", gettext_noop("ISS I")
    ISS_II = "ISS_II", gettext_noop("ISS II")
    ISS_III = "ISS_III", gettext_noop("ISS III")
    R_ISS_I = "R_ISS_I", gettext_noop("R-ISS I")
    R_ISS_II = "R_ISS_II", gettext_noop("R-ISS II")
    R_ISS_III = "R_ISS_III", gettext_noop("R-ISS III")
    RAI_0 = "RAI_0", gettext_noop("Rai 0")
    RAI_I = "RAI_I", gettext_noop("Rai I")
    RAI_II = "RAI_II", gettext_noop("Rai II")
    RAI_III = "RAI_III", gettext_noop("Rai III")
    RAI_IV = "RAI_IV", gettext_noop("Rai IV")
    BINET_A = "BINET_A", gettext_noop("Binet A")
    BINET_B = "BINET_B", gettext_noop("Binet B")
    BINET_C = "BINET_C", gettext_noop("Binet C")


class DiseaseStatus(Coded):
    """Status of the disease immediately before lymphodepletion."""

    UNTREATED = "UNTREATED", gettext_noop("not treated since diagnosis")
    UNTREATED_RELAPSE = "UNTREATED_RELAPSE", gettext_noop("relapse not yet treated")
    CR = "CR", gettext_noop("complete response")
    PR = "PR", gettext_noop("partial response")
    SD = "SD", gettext_noop("stable disease")
    PD = "PD", gettext_noop("progressive disease")


class PriorTransplant(Coded):
    """Haematopoietic cell transplants before this CAR-T course."""

    NONE = "NONE", gettext_noop("none")
    AUTO = "AUTO", gettext_noop("autologous")
    ALLO = "ALLO", gettext_noop("allogeneic")
    BOTH = "BOTH", gettext_noop("autologous and allogeneic")


class CnsInvolvement(Coded):
    """Disease in the central nervous system."""

    NONE = "NONE", gettext_noop("never")
    PAST = "PAST", gettext_noop("in the past, cleared before lymphodepletion")
    ACTIVE = "ACTIVE", gettext_noop("active at lymphodepletion")


GROUPS: Mapping[Diagnosis, DiseaseGroup] = {
    Diagnosis.DLBCL: DiseaseGroup.LBCL,
    Diagnosis.HGBL: DiseaseGroup.LBCL,
    Diagnosis.PMBCL: DiseaseGroup.LBCL,
    Diagnosis.TFL: DiseaseGroup.LBCL,
    Diagnosis.TRANSFORMED_OTHER: DiseaseGroup.LBCL,
    Diagnosis.RICHTER: DiseaseGroup.LBCL,
    Diagnosis.PCNSL: DiseaseGroup.LBCL,
    Diagnosis.FL: DiseaseGroup.FL,
    Diagnosis.MCL: DiseaseGroup.MCL,
    Diagnosis.MZL: DiseaseGroup.MZL,
    Diagnosis.CLL: DiseaseGroup.CLL_SLL,
    Diagnosis.SLL: DiseaseGroup.CLL_SLL,
    Diagnosis.B_ALL: DiseaseGroup.B_ALL,
    Diagnosis.MM: DiseaseGroup.MM_PCL,
    Diagnosis.PCL: DiseaseGroup.MM_PCL,
    Diagnosis.AL: DiseaseGroup.MM_PCL,
    Diagnosis.BURKITT: DiseaseGroup.OTHER,
    Diagnosis.WM: DiseaseGroup.OTHER,
    Diagnosis.OTHER: DiseaseGroup.OTHER,
}


def group_of(diagnosis: Diagnosis) -> DiseaseGroup:
    """Return the group in which a diagnosis is analysed (provisional for Richter, CNS, other transformed lymphoma)."""
    return GROUPS[diagnosis]


_STAGE_PREFIXES: Mapping[DiseaseGroup, tuple[str, ...]] = {
    DiseaseGroup.LBCL: ("ANN_ARBOR_",),
    DiseaseGroup.FL: ("ANN_ARBOR_",),
    DiseaseGroup.MCL: ("ANN_ARBOR_",),
    DiseaseGroup.MZL: ("ANN_ARBOR_",),
    DiseaseGroup.CLL_SLL: ("RAI_", "BINET_", "ANN_ARBOR_"),
    DiseaseGroup.B_ALL: (),
    DiseaseGroup.MM_PCL: ("ISS_", "R_ISS_"),
    DiseaseGroup.OTHER: tuple(stage.value for stage in Stage),
}


def stages_for(group: DiseaseGroup) -> frozenset[Stage]:
    """Return the stages of the systems that are in use for a group of diseases; empty where there is none."""
    return frozenset(stage for stage in Stage if stage.value.startswith(_STAGE_PREFIXES[group]))
