"""Response of the disease: criteria, answers that each allows, responders, best response."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from registry.rules.coding import Coded, gettext_noop
from registry.rules.disease import DiseaseGroup


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


# Answers of each system from best to worst; answers of equal worth share a place.
RANKING: Mapping[Criteria, tuple[tuple[Response, ...], ...]] = {
    Criteria.LUGANO_2014: (
        (Response.CMR, Response.CR),
        (Response.PMR, Response.PR),
        (Response.NMR, Response.SD),
        (Response.PMD, Response.PD),
    ),
    Criteria.IWCLL: (
        (Response.CR,),
        (Response.CRI,),
        (Response.NPR,),
        (Response.PR,),
        (Response.PR_L,),
        (Response.SD,),
        (Response.PD,),
    ),
    Criteria.IMWG: (
        (Response.SCR,),
        (Response.CR,),
        (Response.VGPR,),
        (Response.PR,),
        (Response.MR,),
        (Response.SD,),
        (Response.RELAPSE, Response.PD),
    ),
    Criteria.ALL: (
        (Response.CR,),
        (Response.CRH,),
        (Response.CRI,),
        (Response.MLFS,),
        (Response.NR,),
        (Response.RELAPSE, Response.PD),
    ),
}

RESPONDERS: Mapping[Criteria, frozenset[Response]] = {
    Criteria.LUGANO_2014: frozenset({Response.CMR, Response.CR, Response.PMR, Response.PR}),
    Criteria.IWCLL: frozenset({Response.CR, Response.CRI, Response.NPR, Response.PR, Response.PR_L}),
    Criteria.IMWG: frozenset({Response.SCR, Response.CR, Response.VGPR, Response.PR}),
    Criteria.ALL: frozenset({Response.CR, Response.CRH, Response.CRI}),
}

CRITERIA_OF_GROUP: Mapping[DiseaseGroup, Criteria | None] = {
    DiseaseGroup.LBCL: Criteria.LUGANO_2014,
    DiseaseGroup.FL: Criteria.LUGANO_2014,
    DiseaseGroup.MCL: Criteria.LUGANO_2014,
    DiseaseGroup.MZL: Criteria.LUGANO_2014,
    DiseaseGroup.CLL_SLL: Criteria.IWCLL,
    DiseaseGroup.B_ALL: Criteria.ALL,
    DiseaseGroup.MM_PCL: Criteria.IMWG,
    DiseaseGroup.OTHER: None,
}

# First and last day from infusion at which an assessment counts for its planned time point (our convention).
PLANNED_DAYS: Mapping[PlannedTimepoint, tuple[int, int]] = {
    PlannedTimepoint.D28: (21, 45),
    PlannedTimepoint.D90: (60, 120),
    PlannedTimepoint.D180: (150, 240),
    PlannedTimepoint.D365: (300, 425),
}
DEAUVILLE_SCORES = range(1, 6)


def criteria_for(group: DiseaseGroup) -> Criteria | None:
    """Return the response criteria of a group of diseases, or nothing where the registry fixes none."""
    return CRITERIA_OF_GROUP[group]


def allowed_responses(criteria: Criteria) -> tuple[Response, ...]:
    """Return the answers that the criteria know, from best to worst, 'not evaluable' last."""
    return (*(response for place in RANKING[criteria] for response in place), Response.NE)


def is_responder(criteria: Criteria, response: Response | None) -> bool | None:
    """Tell whether a response counts in the overall response rate; nothing for missing or not evaluable.

    ValueError when the criteria do not know the response.
    """
    if response is None or _checked(criteria, response) == Response.NE:
        return None
    return response in RESPONDERS[criteria]


def best_response(criteria: Criteria, responses: Iterable[Response]) -> Response | None:
    """Return the best of several responses; not evaluable only if nothing else; nothing if there are none.

    ValueError when the criteria do not know one of them.
    """
    return min((_checked(criteria, r) for r in responses), key=lambda r: _place(criteria, r), default=None)


def planned_timepoint(day_from_infusion: int) -> PlannedTimepoint:
    """Return the planned assessment that a day from infusion belongs to."""
    fits = (point for point, (first, last) in PLANNED_DAYS.items() if first <= day_from_infusion <= last)
    return next(fits, PlannedTimepoint.OTHER)


def _place(criteria: Criteria, response: Response) -> int:
    ranking = RANKING[criteria]
    return next((place for place, equals in enumerate(ranking) if response in equals), len(ranking))


def _checked(criteria: Criteria, response: Response) -> Response:
    if response not in allowed_responses(criteria):
        raise ValueError(f"{criteria.label} has no response {response.label!r}")
    return response
