"""Every endpoint of cases full of gaps and contradictions: days missing, second infusions, answers that disagree."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest

from exports.datasets.adtte import ADTTE
from registry.rules.outcome import DeathCause, TrmClass
from tests.unit.naive_endpoints import TIMES
from tests.unit.small_tables import small_tables

CASES = 300
Row = dict[str, Any]
Rows = dict[str, list[Row]]


class Torn:
    """Makes one case after the other; a cell is empty as often as its maker says."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 -- made-up cases

    def maybe(self, share: float, value: Callable[[], Any]) -> Any:
        return value() if self.random.random() < share else None

    def day(self, first: int, last: int, share: float = 0.85) -> int | None:
        return self.maybe(share, lambda: self.random.randint(first, last))

    def one_of(self, *values: Any) -> Any:
        return self.random.choice(values)

    def course(self) -> int:
        return self.one_of(1, 1, 1, 1, 1, 1, 2)

    def case(self, who: str) -> Rows:
        rows: Rows = defaultdict(list)
        rows["patient"] = [{}]
        rows["infusion_course"] = [{"course_no": 1}, {"course_no": 2}]
        for part in (self.anakinra, self.toxicity, self.ending, self.disease, self.infections, self.steroids):
            part(rows)
        return {name: [{"subject_key": who, **row} for row in own] for name, own in rows.items()}

    def anakinra(self, rows: Rows) -> None:
        for number in range(1, self.one_of(0, 1, 1, 1, 2) + 1):
            key = {"course_no": self.course(), "anakinra_no": number}
            grades = {f"{tox}_grade_at_start": self.day(0, 4, 0.7) for tox in ("crs", "icans")}
            intent = self.one_of("REFRACTORY_ICANS", "REFRACTORY_CRS", "BOTH", "PROPHYLAXIS", "IEC_HS", None)
            rows["anakinra_course"].append({**key, "intent": intent, "started_day": self.day(-2, 15), **grades})
            rows["anakinra_segment"] += [
                {**key, "segment_no": place, "segment_started_day": self.random.randint(0, 15)}
                for place in range(self.one_of(0, 1, 2))
            ]

    def toxicity(self, rows: Rows) -> None:
        for tox in ("crs", "icans"):
            for number in range(1, self.one_of(0, 1, 1, 2) + 1):
                key = {"course_no": self.course(), f"{tox}_no": number}
                told = {"is_resolved": self.one_of(1, 1, 0, None), "resolved_day": self.day(1, 25, 0.6)}
                rows[f"{tox}_episode"].append({**key, "onset_day": self.random.randint(0, 8), **told})
                rows[f"{tox}_assessment"] += [
                    {**key, "assessed_day": day, "grade_reported": self.grade(), "grade_computed": self.grade()}
                    for day in self.random.sample(range(25), self.random.randint(0, 12))
                ]

    def grade(self) -> int | None:
        return self.maybe(0.7, lambda: self.one_of(0, 0, 0, 1, 1, 2, 3))

    def ending(self, rows: Rows) -> None:
        classes = tuple(one.value for one in TrmClass)
        if died := self.random.random() < 0.5:
            cause = self.maybe(0.9, lambda: self.one_of(*DeathCause).value)
            judged = {
                f"trm_class_{who}": self.maybe(0.6, lambda: self.one_of(*classes)) for who in ("site", "algorithm")
            }
            rows["death"] = [{"died_day": self.day(-1, 80, 0.9), "cause": cause, **judged}]
            votes = self.random.randint(0, 3)
            rows["death_review"] = [
                {"review_no": number, "trm_class": self.one_of("TRM", "MALIGNANCY", "OTHER")} for number in range(votes)
            ]
        status = self.one_of(*(["DEAD" if died else "ALIVE"] * 8), "DEAD", "LOST", None)
        rows["follow_up"] = [{"last_contact_day": self.day(-1, 120, 0.9), "vital_status": status}]

    def disease(self, rows: Rows) -> None:
        for number in range(1, self.one_of(0, 0, 1, 2) + 1):
            kind = self.one_of("RELAPSE", "PROGRESSION")
            rows["relapse"].append(
                {"course_no": self.course(), "relapse_no": number, "relapsed_day": self.day(-1, 90), "kind": kind}
            )
        for number in range(1, self.one_of(0, 1, 2, 3) + 1):
            answer = self.one_of("CMR", "PMR", "SD", "PMD", "PD", "NE", None, "CR", "RELAPSE")
            key = {"course_no": self.course(), "response_no": number}
            rows["response"].append({**key, "assessed_day": self.day(-5, 130), "response": answer})

    def infections(self, rows: Rows) -> None:
        for number in range(1, self.one_of(0, 0, 1, 2, 3) + 1):
            told = {"grade": self.day(1, 5, 0.8), "was_treated_iv": self.day(0, 1, 0.8)}
            relation = self.one_of("BEFORE", "ON", "LATER", None)
            key = {"course_no": self.course(), "infection_no": number}
            rows["infection"].append({**key, "diagnosed_day": self.day(-5, 90, 0.9), "relation": relation, **told})

    def steroids(self, rows: Rows) -> None:
        for number in range(1, self.one_of(0, 1, 2, 3, 4) + 1):
            first = self.random.randint(0, 25)
            drug = self.one_of("DEXAMETHASONE", "PREDNISONE", "METHYLPREDNISOLONE", "TOCILIZUMAB")
            key = {"course_no": self.course(), "therapy_no": number, "drug": drug}
            rows["toxicity_therapy"].append(
                {**key, "started_day": first, "ended_day": self.day(first, first + 12, 0.9)}
            )


def cohort(seed: int) -> dict[str, Rows]:
    maker = Torn(seed)
    return {who: maker.case(who) for who in (f"S{number:04d}" for number in range(CASES))}


def together(cases: dict[str, Rows]) -> dict[str, Any]:
    merged: Rows = defaultdict(list)
    for case in cases.values():
        for name, rows in case.items():
            merged[name] += rows
    return small_tables(**merged)


@pytest.mark.parametrize("seed", range(3))
def test_every_time_of_a_torn_case_is_what_its_rows_say(seed: int):
    frames = together(cohort(seed))
    cases: dict[str, Rows] = defaultdict(lambda: defaultdict(list))
    for name, frame in frames.items():
        for row in frame.to_dicts():
            cases[row["subject_key"]][name].append(row)
    rows = ADTTE.rows(frames, {}).to_dicts()
    assert len(rows) == CASES * len(TIMES)
    for row in rows:
        found = None if row["AVAL"] is None else (row["AVAL"], row["EVSTAT"])
        assert found == TIMES[row["PARAMCD"]](cases[row["USUBJID"]]), (row, cases[row["USUBJID"]])
