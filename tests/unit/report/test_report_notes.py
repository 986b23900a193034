"""Which notes stand below a report, and what they must say."""

from __future__ import annotations

from typing import Any

import pytest

from exports.report.notes import notes
from exports.report.plan import DoseRule
from exports.report.study import Study, regrouped
from exports.report.wording import plain
from tests.unit.report.vector_study import S04, vector_study, with_people, with_times

FULL: dict[str, Any] = {
    "release": {"name": "R1", "content_hash": "ab12", "simulated": True},
    "software": {"python": "3.11", "numpy": "2", "scipy": "1", "quell": "0.1"},
    "incidence": [
        {"id": name}
        for name in ("trm_infusion", "trm_start", "resolution", "nrm_infusion", "nrm_start", "infection", "relapse")
    ],
    "survival": [{"id": "os"}],
    "response": {"overall": {}},
    "safety": {},
    "models": [{"terms": [{}], "epv_warning": "few", "excluded_missing": 4}, {"terms": [], "firth": None}],
}


def ids(study: Study, report: dict[str, Any]) -> list[str]:
    return [note["id"] for note in notes(study, report)]


def said(name: str, study: Study, report: dict[str, Any]) -> str:
    return next(plain(note["text"]) for note in notes(study, report) if note["id"] == name)


def test_a_full_report_has_every_note_once() -> None:
    found = ids(vector_study(S04), FULL)
    assert len(set(found)) == len(found)
    assert {"trm", "resolution", "immortal_time", "few_events", "missing", "simulated", "software"} <= set(found)


def test_an_empty_report_has_only_what_always_applies() -> None:
    assert ids(vector_study(S04), {}) == ["patients", "dose", "small", "multiplicity"]


@pytest.mark.parametrize(
    ("part", "without", "note"),
    [
        ("release", {"name": "R1", "content_hash": "ab12", "simulated": False}, "simulated"),
        ("models", [{"terms": [{}], "epv_warning": None, "excluded_missing": 4}], "few_events"),
        ("models", [{"terms": [{}], "epv_warning": "few", "excluded_missing": 0}], "missing"),
        ("models", [{"terms": [], "firth": None}], "models"),
        ("incidence", [{"id": "trm_start"}], "immortal_time"),
        ("incidence", [{"id": "trm_start"}], "resolution"),
        ("response", None, "response"),
    ],
)
def test_a_note_stands_only_where_it_applies(part: str, without: Any, note: str) -> None:
    assert note in ids(vector_study(S04), FULL)
    assert note not in ids(vector_study(S04), {**FULL, part: without})


def test_the_naive_clock_is_called_naive() -> None:
    assert "naive" in said("immortal_time", vector_study(S04), FULL)


def test_the_dose_rule_is_named_and_a_dose_of_the_whole_course_is_warned_of() -> None:
    assert "dose_bias" not in ids(vector_study(S04), FULL)
    mean = regrouped(vector_study(S04), DoseRule.MEAN)
    assert "Mean daily dose over the days given" in said("dose", mean, FULL)
    assert "immortal-time bias" in said("dose_bias", mean, FULL)


def test_unsettled_definitions_are_marked_provisional() -> None:
    marked = {note["id"] for note in notes(vector_study(S04), FULL) if note["provisional"]}
    assert {"patients", "resolution", "trm", "response"} <= marked
    assert "incidence" not in marked


def test_a_large_cohort_needs_no_note_on_small_numbers() -> None:
    study = vector_study(S04)
    twice = study.people.vstack(study.people)
    assert "small" not in ids(Study({}, study.plan, {}, 86, (), twice, study.times), FULL)


def test_the_notes_need_no_times_and_no_patients() -> None:
    nobody = with_times(with_people(vector_study(S04)), None)
    empty = Study({}, nobody.plan, {}, 0, (), nobody.people.head(0), None)
    assert "small" not in ids(empty, FULL)


def test_the_release_and_the_programs_are_named() -> None:
    assert "ab12" in said("software", vector_study(S04), FULL)


def test_no_note_speaks_of_independence() -> None:
    assert not [note["id"] for note in notes(vector_study(S04), FULL) if "independent" in plain(note["text"]).lower()]


def test_a_dose_outside_the_groups_is_no_missing_covariate() -> None:
    unclassified = {"terms": [{}], "excluded_missing": 4, "missing_by_covariate": {"GROUP": 4}}
    assert "missing" not in ids(vector_study(S04), {**FULL, "models": [unclassified]})
    lacking = {"terms": [{}], "excluded_missing": 4, "missing_by_covariate": {"GROUP": 0, "FERRBL": 4}}
    assert "missing" in ids(vector_study(S04), {**FULL, "models": [lacking]})
