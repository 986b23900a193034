"""Responses: what each system knows, who responded, which is best."""

from __future__ import annotations

import pytest

from registry.rules.disease import DiseaseGroup
from registry.rules.response import (
    CRITERIA_OF_GROUP,
    RANKING,
    RESPONDERS,
    Criteria,
    PlannedTimepoint,
    Response,
    allowed_responses,
    best_response,
    criteria_for,
    is_responder,
    planned_timepoint,
)


@pytest.mark.parametrize(
    ("group", "criteria"),
    [
        (DiseaseGroup.LBCL, Criteria.LUGANO_2014),
        (DiseaseGroup.FL, Criteria.LUGANO_2014),
        (DiseaseGroup.MCL, Criteria.LUGANO_2014),
        (DiseaseGroup.MZL, Criteria.LUGANO_2014),
        (DiseaseGroup.CLL_SLL, Criteria.IWCLL),
        (DiseaseGroup.MM_PCL, Criteria.IMWG),
        (DiseaseGroup.B_ALL, Criteria.ALL),
        (DiseaseGroup.OTHER, None),
    ],
)
def test_each_group_of_diseases_has_its_criteria(group: DiseaseGroup, criteria: Criteria | None) -> None:
    assert criteria_for(group) == criteria


def test_no_group_is_without_an_entry() -> None:
    assert set(CRITERIA_OF_GROUP) == set(DiseaseGroup)


@pytest.mark.parametrize("criteria", Criteria)
def test_an_answer_has_one_place_and_responders_are_the_best(criteria: Criteria) -> None:
    answers = [response for place in RANKING[criteria] for response in place]
    assert len(answers) == len(set(answers))
    assert RESPONDERS[criteria] == set(answers[: len(RESPONDERS[criteria])])


def test_every_response_belongs_to_some_criteria() -> None:
    assert {r for criteria in Criteria for r in allowed_responses(criteria)} == set(Response)


@pytest.mark.parametrize(
    ("criteria", "response", "responder"),
    [
        (Criteria.LUGANO_2014, Response.PMR, True),
        (Criteria.LUGANO_2014, Response.SD, False),
        (Criteria.LUGANO_2014, Response.NE, None),
        (Criteria.LUGANO_2014, None, None),
        (Criteria.IMWG, Response.PR, True),
        (Criteria.IMWG, Response.MR, False),
        (Criteria.ALL, Response.CRI, True),
        (Criteria.ALL, Response.MLFS, False),
        (Criteria.IWCLL, Response.PR_L, True),
    ],
)
def test_responders_are_complete_and_partial_responses(
    criteria: Criteria, response: Response | None, responder: bool | None
) -> None:
    assert is_responder(criteria, response) is responder


@pytest.mark.parametrize(
    ("criteria", "responses", "best"),
    [
        (Criteria.LUGANO_2014, [Response.PD, Response.PR, Response.SD], Response.PR),
        (Criteria.LUGANO_2014, [Response.NE, Response.PD], Response.PD),
        (Criteria.LUGANO_2014, [Response.NE], Response.NE),
        (Criteria.LUGANO_2014, [], None),
        (Criteria.IMWG, [Response.CR, Response.SCR, Response.PD], Response.SCR),
        (Criteria.ALL, [Response.MLFS, Response.CRI], Response.CRI),
    ],
)
def test_the_best_response_is_the_highest_of_the_ranking(
    criteria: Criteria, responses: list[Response], best: Response | None
) -> None:
    assert best_response(criteria, responses) == best


def test_a_response_of_other_criteria_is_refused() -> None:
    with pytest.raises(ValueError, match="IMWG"):
        is_responder(Criteria.IMWG, Response.CMR)
    with pytest.raises(ValueError, match="Lugano"):
        best_response(Criteria.LUGANO_2014, [Response.VGPR])


@pytest.mark.parametrize(
    ("day", "timepoint"),
    [(20, "OTHER"), (21, "D28"), (30, "D28"), (90, "D90"), (180, "D180"), (365, "D365"), (500, "OTHER")],
)
def test_an_assessment_belongs_to_the_planned_one_around_it(day: int, timepoint: str) -> None:
    assert planned_timepoint(day) == PlannedTimepoint(timepoint)
