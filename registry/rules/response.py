"""Response of the disease: criteria, answers that each allows, responders, best response."""

from __future__ import annotations

from registry.rules.coding import Coded, gettext_noop


class Criteria(Coded):
    """Published response criteria."""

    LUGANO_2014 = "LUGANO_2014", gettext_noop("Lugano 2014")
    IWCLL = "IWCLL", gettext_noop("iwCLL")
    IMWG = "IMWG", gettext_noop("IMWG")
    ALL = "ALL", gettext_noop("acute lymphoblastic leukaemia")


class Response(Coded):
    """Response to treatment; which answers apply depends on the criteria."""

    CMR = "CMR", gettext_noop("complete metabolic response")
    PMR = "PMR", gettext_noop("partial metabolic response")
    NMR = "NMR", gettext_noop("no metabolic response")
    PMD = "PMD", gettext_noop("progressive metabolic disease")
    SCR = "SCR", gettext_noop("stringent complete response")
    CR = "CR", gettext_noop("complete response")
    CRH = "CRH", gettext_noop("complete response, partial haematological recovery")
    CRI = "CRI", gettext_noop("complete response, incomplete recovery")
    MLFS = "MLFS", gettext_noop("leukaemia-free marrow, aplastic or hypoplastic")
    NPR = "NPR", gettext_noop("nodular partial response")
    VGPR = "VGPR", gettext_noop("very good partial response")
    PR = "PR", gettext_noop("partial response")
    PR_L = "PR_L", gettext_noop("partial response with lymphocytosis")
    MR = "MR", gettext_noop("minimal response")
    SD = "SD", gettext_noop("stable disease")
    NR = "NR", gettext_noop("no response")
    PD = "PD", gettext_noop("progressive disease")
    RELAPSE = "RELAPSE", gettext_noop("relapse from complete response")
    NE = "NE", gettext_noop("not evaluable")


class PlannedTimepoint(Coded):
    """Planned assessment, counted from infusion."""

    D28 = "D28", gettext_noop("day 28")
    D90 = "D90", gettext_noop("day 90")
    D180 = "D180", gettext_noop("day 180")
    D365 = "D365", gettext_noop("day 365")
    OTHER = "OTHER", gettext_noop("other")


class Imaging(Coded):
    """Imaging that a lymphoma response rests on."""

    PET_CT = "PET_CT", gettext_noop("PET-CT")
    CT = "CT", gettext_noop("CT")
    MRI = "MRI", gettext_noop("MRI")
    OTHER = "OTHER", gettext_noop("other")


class MrdResult(Coded):
    """Measurable residual disease."""

    NEGATIVE = "NEGATIVE", gettext_noop("negative")
    POSITIVE = "POSITIVE", gettext_noop("positive")
    INDETERMINATE = "INDETERMINATE", gettext_noop("indeterminate")


class MrdMethod(Coded):
    """Method of measuring residual disease."""

    FLOW = "FLOW", gettext_noop("flow cytometry")
    PCR = "PCR", gettext_noop("PCR")
    NGS = "NGS", gettext_noop("sequencing")


class AntigenStatus(Coded):
    """Target antigen on the tumour at relapse."""

    POSITIVE = "POSITIVE", gettext_noop("positive")
    DIM = "DIM", gettext_noop("dim or partial")
    NEGATIVE = "NEGATIVE", gettext_noop("negative")
