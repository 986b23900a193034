"""Relapse, survival and death: coded answers and the class of a death."""

from __future__ import annotations

from registry.rules.coding import Coded, gettext_noop


class RelapseKind(Coded):
    """Return of the disease."""

    RELAPSE = "RELAPSE", gettext_noop("relapse after a response")
    PROGRESSION = "PROGRESSION", gettext_noop("progression without response")


class RelapseSite(Coded):
    """Where the disease came back."""

    NODAL = "NODAL", gettext_noop("lymph nodes")
    MARROW = "MARROW", gettext_noop("bone marrow")
    EXTRAMEDULLARY = "EXTRAMEDULLARY", gettext_noop("extramedullary or extranodal")
    CNS = "CNS", gettext_noop("central nervous system")
    BIOCHEMICAL = "BIOCHEMICAL", gettext_noop("biochemical only")
    MULTIPLE = "MULTIPLE", gettext_noop("more than one")


class VitalStatus(Coded):
    """State at last contact."""

    ALIVE = "ALIVE", gettext_noop("alive")
    DEAD = "DEAD", gettext_noop("dead")
    LOST = "LOST", gettext_noop("lost to follow-up")


class DeathCause(Coded):
    """Primary (underlying) cause of death."""

    MALIGNANCY = "MALIGNANCY", gettext_noop("progression, persistence or relapse of the index disease")
    CRS = "CRS", gettext_noop("CRS")
    ICANS = "ICANS", gettext_noop("ICANS or cerebral oedema")
    IEC_HS = "IEC_HS", gettext_noop("IEC-HS or haemophagocytic syndrome")
    INF_BACTERIAL = "INF_BACTERIAL", gettext_noop("bacterial infection")
    INF_FUNGAL = "INF_FUNGAL", gettext_noop("fungal infection")
    INF_VIRAL = "INF_VIRAL", gettext_noop("viral infection")
    INF_PROTOZOAL = "INF_PROTOZOAL", gettext_noop("protozoal infection")
    INF_COVID_19 = "INF_COVID_19", gettext_noop("COVID-19")
    INF_UNKNOWN = "INF_UNKNOWN", gettext_noop("infection, organism unknown")
    HEART_FAILURE = "HEART_FAILURE", gettext_noop("heart failure")
    LUNG_FAILURE = "LUNG_FAILURE", gettext_noop("lung failure")
    LIVER_FAILURE = "LIVER_FAILURE", gettext_noop("liver failure")
    KIDNEY_FAILURE = "KIDNEY_FAILURE", gettext_noop("kidney failure")
    MULTI_ORGAN_FAILURE = "MULTI_ORGAN_FAILURE", gettext_noop("multiple organ failure")
    BLEEDING_CNS = "BLEEDING_CNS", gettext_noop("haemorrhage, central nervous system")
    BLEEDING_LUNG = "BLEEDING_LUNG", gettext_noop("haemorrhage, lung")
    BLEEDING_GI = "BLEEDING_GI", gettext_noop("haemorrhage, gastrointestinal")
    BLEEDING_OTHER = "BLEEDING_OTHER", gettext_noop("haemorrhage, other")
    THROMBOSIS_TMA = "THROMBOSIS_TMA", gettext_noop("thromboembolism or thrombotic microangiopathy")
    CYTOPENIA = "CYTOPENIA", gettext_noop("complication of cytopenia")
    SECOND_MALIGNANCY = "SECOND_MALIGNANCY", gettext_noop("second malignancy")
    LATER_THERAPY = "LATER_THERAPY", gettext_noop("toxicity of a later treatment")
    ACCIDENT = "ACCIDENT", gettext_noop("accident")
    SUICIDE = "SUICIDE", gettext_noop("suicide")
    OTHER_UNRELATED = "OTHER_UNRELATED", gettext_noop("other, unrelated")
    UNKNOWN = "UNKNOWN", gettext_noop("unknown")


class TrmClass(Coded):
    """Class of a death for the study endpoints."""

    TRM = "TRM", gettext_noop("treatment-related")
    MALIGNANCY = "MALIGNANCY", gettext_noop("malignancy")
    SECOND_MALIGNANCY = "SECOND_MALIGNANCY", gettext_noop("second malignancy")
    LATER_THERAPY = "LATER_THERAPY", gettext_noop("later treatment")
    OTHER = "OTHER", gettext_noop("other, unrelated")
    UNKNOWN = "UNKNOWN", gettext_noop("unknown")


class Autopsy(Coded):
    """Whether an autopsy supports the cause."""

    YES = "YES", gettext_noop("yes")
    NO = "NO", gettext_noop("no")
    PENDING = "PENDING", gettext_noop("pending")


class ClassSource(Coded):
    """Whose judgement a class of death is."""

    ADJUDICATED = "ADJUDICATED", gettext_noop("two adjudicators")
    SITE = "SITE", gettext_noop("site")
    ALGORITHM = "ALGORITHM", gettext_noop("algorithm")
