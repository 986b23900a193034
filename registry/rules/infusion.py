"""What precedes the infusion: bridging, lymphodepletion, performance status and comorbidities."""

from __future__ import annotations

from registry.rules.coding import Coded, gettext_noop


class Bridging(Coded):
    """Treatment of the disease between apheresis and lymphodepletion."""

    NONE = "NONE", gettext_noop("none")
    CHEMOTHERAPY = "CHEMOTHERAPY", gettext_noop("chemotherapy")
    IMMUNOTHERAPY = "IMMUNOTHERAPY", gettext_noop("antibody or other immunotherapy")
    TARGETED = "TARGETED", gettext_noop("targeted drug")
    RADIOTHERAPY = "RADIOTHERAPY", gettext_noop("radiotherapy")
    STEROIDS = "STEROIDS", gettext_noop("corticosteroids only")
    COMBINED = "COMBINED", gettext_noop("more than one kind")
    OTHER = "OTHER", gettext_noop("other")


class LymphodepletionRegimen(Coded):
    """Chemotherapy given to make room for the cells."""

    FLU_CY = "FLU_CY", gettext_noop("fludarabine and cyclophosphamide")
    BENDAMUSTINE = "BENDAMUSTINE", gettext_noop("bendamustine")
    FLU = "FLU", gettext_noop("fludarabine alone")
    CY = "CY", gettext_noop("cyclophosphamide alone")
    NONE = "NONE", gettext_noop("none")
    OTHER = "OTHER", gettext_noop("other")


class CellDoseBasis(Coded):
    """Whether a cell dose is a total or per kilogram of body weight."""

    TOTAL = "TOTAL", gettext_noop("total")
    PER_KG = "PER_KG", gettext_noop("per kg of body weight")


class PerformanceScale(Coded):
    """Scale on which performance status was recorded."""

    KPS = "KPS", gettext_noop("Karnofsky")
    ECOG = "ECOG", gettext_noop("ECOG")
    LANSKY = "LANSKY", gettext_noop("Lansky")


class PerformanceSource(Coded):
    """Where a performance status comes from."""

    CHART = "CHART", gettext_noop("written in the chart on this scale")
    NOTES = "NOTES", gettext_noop("judged from the clinical notes")
    CONVERTED = "CONVERTED", gettext_noop("converted from another scale")


class Comorbidity(Coded):
    """Conditions of the haematopoietic cell transplantation comorbidity index."""

    ARRHYTHMIA = "ARRHYTHMIA", gettext_noop("arrhythmia")
    CARDIAC = "CARDIAC", gettext_noop("cardiac disease")
    BOWEL = "BOWEL", gettext_noop("inflammatory bowel disease")
    DIABETES = "DIABETES", gettext_noop("diabetes needing treatment")
    CEREBROVASCULAR = "CEREBROVASCULAR", gettext_noop("cerebrovascular disease")
    PSYCHIATRIC = "PSYCHIATRIC", gettext_noop("psychiatric condition needing treatment")
    HEPATIC_MILD = "HEPATIC_MILD", gettext_noop("mild hepatic disease")
    OBESITY = "OBESITY", gettext_noop("body mass index above 35")
    INFECTION = "INFECTION", gettext_noop("infection needing continued treatment")
    RHEUMATOLOGIC = "RHEUMATOLOGIC", gettext_noop("rheumatologic disease")
    PEPTIC_ULCER = "PEPTIC_ULCER", gettext_noop("peptic ulcer needing treatment")
    RENAL = "RENAL", gettext_noop("moderate or severe renal disease")
    PULMONARY_MODERATE = "PULMONARY_MODERATE", gettext_noop("moderate pulmonary disease")
    SOLID_TUMOUR = "SOLID_TUMOUR", gettext_noop("prior solid tumour")
    HEART_VALVE = "HEART_VALVE", gettext_noop("heart valve disease")
    PULMONARY_SEVERE = "PULMONARY_SEVERE", gettext_noop("severe pulmonary disease")
    HEPATIC_SEVERE = "HEPATIC_SEVERE", gettext_noop("moderate or severe hepatic disease")
