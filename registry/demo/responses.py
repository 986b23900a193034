"""Response assessments of a simulated case, by the criteria of its disease."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from registry.demo.case import Case
from registry.demo.cells import NA, ND, Row, Rows, course_key
from registry.rules.disease import Diagnosis
from registry.rules.response import Criteria, Imaging, MrdMethod, MrdResult, PlannedTimepoint, Response

PLANNED = {PlannedTimepoint.D28: 28, PlannedTimepoint.D90: 88, PlannedTimepoint.D180: 180, PlannedTimepoint.D365: 365}


@dataclass(frozen=True, slots=True)
class Answers:
    """What complete and partial response, no response and progression are called under the criteria of a disease."""

    criteria: Criteria
    complete: Response
    partial: Response
    none: Response
    progression: Response


LYMPHOMA = Answers(Criteria.LUGANO_2014, Response.CMR, Response.PMR, Response.NMR, Response.PMD)
BY_DIAGNOSIS: Mapping[Diagnosis, Answers] = {
    Diagnosis.MM: Answers(Criteria.IMWG, Response.VGPR, Response.PR, Response.SD, Response.PD),
    Diagnosis.B_ALL: Answers(Criteria.ALL, Response.CR, Response.CRI, Response.NR, Response.PD),
}
Seen = tuple[int, PlannedTimepoint, Response]


def response_rows(case: Case, diagnosis: Diagnosis) -> Rows:
    """Yield the assessments of a case: at the planned times, at relapse, and at last contact of those without one."""
    answers = BY_DIAGNOSIS.get(diagnosis, LYMPHOMA)
    for number, (day, timepoint, response) in enumerate(_assessments(case, answers), start=1):
        yield "response", _row(case, number, day, timepoint, response, answers)


def _assessments(case: Case, answers: Answers) -> Iterator[Seen]:
    end = case.target.pfs_day
    days = [(day, timepoint) for timepoint, day in PLANNED.items() if day < end]
    if not days or days[0][0] > end - 2:
        # Seen early, because death, relapse or the end of follow-up came before the first planned assessment.
        days = [(max(14, end - 4), PlannedTimepoint.OTHER)] if end > 14 else []
    for day, timepoint in days:
        yield day, timepoint, _seen(case, day, answers)
    if case.target.progressed_on_day == end:
        yield end, PlannedTimepoint.OTHER, answers.progression
    elif not case.target.has_failed:
        yield end, PlannedTimepoint.OTHER, _seen(case, end, answers)


def _seen(case: Case, day: int, answers: Answers) -> Response:
    """Return the response of a day: responders begin with a partial one about half of the time."""
    if not case.target.has_responded:
        return answers.none
    begins_partial = case.rng("response").random() < 0.45
    return answers.partial if begins_partial and day < PLANNED[PlannedTimepoint.D90] else answers.complete


def _row(case: Case, number: int, day: int, timepoint: PlannedTimepoint, response: Response, answers: Answers) -> Row:
    return {
        **course_key(case),
        "response_no": number,
        "assessed_on": case.on(day),
        "planned_timepoint": timepoint.value,
        "criteria": answers.criteria.value,
        "response": response.value,
        **_findings(response, answers),
    }


def _findings(response: Response, answers: Answers) -> Row:
    if answers.criteria == Criteria.LUGANO_2014:
        deauville = {Response.CMR: 2, Response.PMR: 4, Response.NMR: 4, Response.PMD: 5}[response]
        return {"deauville": deauville, "imaging": Imaging.PET_CT.value, "mrd": NA, "mrd_method": NA}
    is_complete = response == answers.complete
    return {
        "deauville": NA,
        "imaging": NA,
        "mrd": (MrdResult.NEGATIVE.value if is_complete else ND),
        "mrd_method": MrdMethod.FLOW.value if is_complete else NA,
    }
