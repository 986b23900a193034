"""Laboratory analytes: codes, time points, units and limits, and conversion to the canonical unit."""

from __future__ import annotations

from registry.rules.coding import Coded, gettext_noop


class Analyte(Coded):
    """Laboratory analyte."""

    FERRITIN = "FERRITIN", gettext_noop("ferritin")
    CRP = "CRP", gettext_noop("C-reactive protein")
    LDH = "LDH", gettext_noop("lactate dehydrogenase")
    PLT = "PLT", gettext_noop("platelets")
    ANC = "ANC", gettext_noop("neutrophils")
    ALC = "ALC", gettext_noop("lymphocytes")
    WBC = "WBC", gettext_noop("leukocytes")
    HB = "HB", gettext_noop("haemoglobin")
    CREATININE = "CREATININE", gettext_noop("creatinine")
    AST = "AST", gettext_noop("aspartate aminotransferase")
    ALT = "ALT", gettext_noop("alanine aminotransferase")
    BILIRUBIN = "BILIRUBIN", gettext_noop("total bilirubin")
    FIBRINOGEN = "FIBRINOGEN", gettext_noop("fibrinogen")
    DDIMER = "DDIMER", gettext_noop("D-dimer")
    TRIGLYCERIDES = "TRIGLYCERIDES", gettext_noop("triglycerides")
    IL6 = "IL6", gettext_noop("interleukin 6")
    ALBUMIN = "ALBUMIN", gettext_noop("albumin")


class Comparator(Coded):
    """The result lies beyond the limit of the assay."""

    LT = "<", gettext_noop("below the limit")
    GT = ">", gettext_noop("above the limit")


class Timepoint(Coded):
    """What a sample was taken for, counted from lymphodepletion, infusion or the first dose of anakinra."""

    PRE_LD = "PRE_LD", gettext_noop("before lymphodepletion")
    INFUSION = "INFUSION", gettext_noop("before the infusion")
    PEAK = "PEAK", gettext_noop("peak of the episode")
    ANAKINRA_START = "ANAKINRA_START", gettext_noop("before the first dose of anakinra")
    A1 = "A1", gettext_noop("1 day after anakinra start")
    A2 = "A2", gettext_noop("2 days after anakinra start")
    A3 = "A3", gettext_noop("3 days after anakinra start")
    A5 = "A5", gettext_noop("5 days after anakinra start")
    A7 = "A7", gettext_noop("7 days after anakinra start")
    A14 = "A14", gettext_noop("14 days after anakinra start")
    A28 = "A28", gettext_noop("28 days after anakinra start")
    OTHER = "OTHER", gettext_noop("other")
