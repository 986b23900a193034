"""What is missing: each check with a hit, a miss, and a reason in the place of the value."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from registry.checks import completeness  # noqa: F401
from registry.metadata import topic_named
from registry.models import NoneOccurred
from registry.selectors.progress_sql import counted_fields
from sites.context import acting_as_system
from tests.integration.checks.case_of import INFUSED, Case, day
from tests.integration.checks.spec_of import is_found

pytestmark = pytest.mark.django_db
LD = day(-5)
NO_KPS = {"weight_kg": 70, "ld_started_on": LD}
NO_RESULT = {"analyte": "FERRITIN", "sampled_on": LD}
RESULT = {**NO_RESULT, "canonical_value": 800}
NOT_DONE = {**NO_RESULT, "timepoint": "PRE_LD", "missing": {"value": "ND"}}
DOSE = {"dose_mg": 100, "interval_h": 24}
COVARIATES = {
    "patient": {"age_at_infusion": 60},
    "infusion_course": {**NO_KPS, "kps": 90},
    "lab": RESULT,
    "anakinra_course": {"intent": "REFRACTORY_ICANS", "started_on": INFUSED},
    "anakinra_segment": DOSE,
}


def rows_with(topic, values):
    """The rows of a case with all covariates but for one topic, None for a row that is not there."""
    changed = {**COVARIATES, topic: values}
    return [(code, row) for code, row in changed.items() if row is not None]


@pytest.mark.parametrize("code", ["CO01_MVA", "CO01_MVA_LOCK"])
@pytest.mark.parametrize(
    ("sentence", "topic", "values", "found"),
    [
        ("all there", "patient", COVARIATES["patient"], False),
        ("no age", "patient", {}, True),
        ("no age, for a reason", "patient", {"missing": {"age_at_infusion": "UNK"}}, False),
        ("no Karnofsky status", "infusion_course", NO_KPS, True),
        ("no Karnofsky status, for a reason", "infusion_course", {**NO_KPS, "missing": {"kps": "ND"}}, False),
        ("no ferritin", "lab", None, True),
        ("ferritin without a result", "lab", NO_RESULT, True),
        ("ferritin without a result, for a reason", "lab", NOT_DONE, False),
        ("ferritin after lymphodepletion", "lab", {**RESULT, "sampled_on": day(-4)}, True),
        ("ferritin too long before", "lab", {**RESULT, "sampled_on": day(-20)}, True),
        ("another analyte", "lab", {**RESULT, "analyte": "CRP"}, True),
        ("no dose", "anakinra_segment", {"interval_h": 24}, True),
        ("no dose, for a reason", "anakinra_segment", {"interval_h": 24, "missing": {"dose_mg": "UNK"}}, False),
        ("no segment", "anakinra_segment", None, True),
        ("no weight", "infusion_course", {"kps": 90, "ld_started_on": LD}, True),
    ],
)
def test_the_covariates_of_the_models_are_there(sev, code, sentence, topic, values, found):
    assert is_found(sev, code, *rows_with(topic, values)) == found, sentence


def test_no_dose_is_needed_of_prophylaxis(sev):
    without_dose = {**COVARIATES, "anakinra_course": {"intent": "PROPHYLAXIS"}, "anakinra_segment": None}
    assert not is_found(sev, "CO01_MVA", *((code, row) for code, row in without_dose.items() if row is not None))


def test_a_case_has_a_dose_of_anakinra_or_the_answer_that_none_was_given(sev, alice):
    case = Case(sev, **COVARIATES["patient"])
    course = case.add("infusion_course", **COVARIATES["infusion_course"])
    case.add("lab", **COVARIATES["lab"])
    assert case.hits("CO01_MVA") == {course.pk}
    with acting_as_system("tests", reason="none given"):
        NoneOccurred.objects.create(
            site=sev, patient=case.patient, topic="anakinra_course", said_at=timezone.now(), said_by=alice
        )
    assert case.hits("CO01_MVA") == set()


def test_a_later_course_needs_no_covariates(sev):
    again = ("infusion_course", {"course_no": 2, "infused_on": day(200)})
    assert not is_found(sev, "CO01_MVA", *rows_with("patient", COVARIATES["patient"]), again)


@pytest.mark.parametrize(
    ("code", "topic"),
    [("CO02_EVT_CRS", "crs_episode"), ("CO02_EVT_ICANS", "icans_episode"), ("CO02_EVT_IECHS", "iechs_episode")],
)
@pytest.mark.parametrize(
    ("sentence", "values", "found"),
    [
        ("resolved, no date", {"is_resolved": True}, True),
        ("resolved on a day", {"is_resolved": True, "resolved_on": day(5)}, False),
        ("resolved, no date for a reason", {"is_resolved": True, "missing": {"resolved_on": "UNK"}}, False),
        ("not resolved", {"is_resolved": False}, False),
        ("not said whether resolved", {}, False),
    ],
)
def test_a_resolved_episode_has_the_date(sev, code, topic, sentence, values, found):
    assert is_found(sev, code, (topic, values)) == found, sentence


@pytest.mark.parametrize(
    ("sentence", "status", "deaths", "found"),
    [
        ("dead, no death", "DEAD", [], True),
        ("dead, a death", "DEAD", [("death", {})], False),
        ("alive", "ALIVE", [], False),
        ("status not known", None, [], False),
    ],
)
def test_the_dead_have_a_death(sev, sentence, status, deaths, found):
    assert is_found(sev, "CO02_EVT_STATUS", ("follow_up", {"vital_status": status}), *deaths) == found, sentence


@pytest.mark.parametrize(
    ("sentence", "values", "found"),
    [
        ("no date", {}, True),
        ("a year", {"died_on": dt.date(2021, 1, 1), "died_on_precision": "YEAR"}, False),
        ("a reason", {"missing": {"died_on": "UNK"}}, False),
    ],
)
def test_a_death_has_a_date(sev, sentence, values, found):
    assert is_found(sev, "CO02_EVT_DEATH", ("death", values)) == found, sentence


@pytest.mark.parametrize(
    ("sentence", "values", "course", "dose", "found"),
    [
        ("no weight", {}, {}, DOSE, True),
        ("weight at anakinra start", {"weight_kg": 70, "started_on": INFUSED}, {}, DOSE, False),
        ("weight at lymphodepletion", {}, {"weight_kg": 70}, DOSE, False),
        ("no weight for a reason", {"missing": {"weight_kg": "ND"}}, {}, DOSE, False),
        ("weighed too long ago", {"weight_kg": 70, "weighed_on": day(-31), "started_on": INFUSED}, {}, DOSE, True),
        ("no dose", {}, {}, {}, False),
    ],
)
def test_a_dose_per_kg_has_a_weight(sev, sentence, values, course, dose, found):
    rows = [("infusion_course", course), ("anakinra_course", values), ("anakinra_segment", dose)]
    assert (is_found(sev, "CO04_WEIGHT", *rows)) == found, sentence


@pytest.mark.parametrize("kind", ["crs", "icans"])
@pytest.mark.parametrize(
    ("sentence", "episode", "assessed", "stay", "found"),
    [
        ("every day", (1, 4), [1, 2, 3], (0, 9), None),
        ("a day without", (1, 5), [1, 3, 4], (0, 9), 1),
        ("several days without", (1, 7), [1, 2, 6], (0, 9), 2),
        ("none after the last, before resolution", (1, 7), [1, 2], (0, 9), 2),
        ("the day of resolution alone", (1, 3), [1, 2], (0, 9), None),
        ("a day after resolution", (1, 3), [1, 2, 5], (0, 9), None),
        ("assessed too late after onset", (1, 5), [3, 4], (0, 9), 3),
        ("assessed the day after onset", (1, 5), [2, 3, 4], (0, 9), None),
        ("not resolved, goes on", (1, None), [1, 3], (0, 9), 1),
        ("not resolved, no later day", (1, None), [1, 2], (0, 9), None),
        ("not in hospital", (1, 7), [1, 2, 6], (0, 2), None),
        ("still in hospital", (1, 7), [1, 2, 6], (0, None), 2),
        ("no stay", (1, 7), [1, 2, 6], None, None),
        ("onset not known", (None, 5), [3, 4], (0, 9), None),
    ],
)
def test_every_day_of_a_toxicity_in_hospital_is_assessed(sev, kind, sentence, episode, assessed, stay, found):
    case = Case(sev)
    onset, resolved = (None if number is None else day(number) for number in episode)
    case.add(f"{kind}_episode", onset_on=onset, resolved_on=resolved)
    rows = {number: case.add(f"{kind}_assessment", assessed_on=day(number)) for number in assessed}
    if stay:
        case.add("stay", began_on=day(stay[0]), ended_on=None if stay[1] is None else day(stay[1]))
    wanted = set() if found is None else {rows[found].pk}
    assert case.hits(f"CO05_DAILY_{kind.upper()}") == wanted, sentence


def filled(topic, **values):
    """Values of a topic of which every counted field has a reason but those given."""
    names = [field.name for field in counted_fields(topic_named(topic)) if field.name not in values]
    return (topic, {"missing": dict.fromkeys(names, "UNK"), **values})


def left_empty(topic, name, **values):
    row = filled(topic, **values)
    return (topic, {**row[1], "missing": {key: why for key, why in row[1]["missing"].items() if key != name}})


@pytest.mark.parametrize(
    ("sentence", "row", "found"),
    [
        ("all with a reason", filled("infusion_course"), False),
        ("no reason", left_empty("infusion_course", "height_cm"), True),
        ("a value", filled("infusion_course", height_cm=170), False),
        ("optional", filled("infusion_course", ecog=None), False),
        ("not asked: no status", left_empty("infusion_course", "kps_on"), False),
        ("asked: a status", left_empty("infusion_course", "kps_on", kps=90), True),
        ("not asked: no lymphodepletion", left_empty("infusion_course", "ld_started_on", ld_regimen="NONE"), False),
        ("asked: lymphodepletion", left_empty("infusion_course", "ld_started_on", ld_regimen="FLU_CY"), True),
        ("not asked: no regimen known", left_empty("infusion_course", "ld_started_on"), False),
        ("not asked: not resolved", left_empty("crs_episode", "resolved_on", is_resolved=False), False),
        ("asked: resolved", left_empty("crs_episode", "resolved_on", is_resolved=True), True),
        ("a row of a grid", left_empty("crs_assessment", "oxygen"), True),
    ],
)
def test_an_empty_field_has_a_reason(sev, sentence, row, found):
    assert is_found(sev, f"CO03_MISSCODE_{row[0].upper()}", row) == found, sentence


@pytest.mark.parametrize(("name", "found"), [("sex", True), ("withdrawn_on", False)])
def test_an_empty_field_of_the_patient_has_a_reason(sev, name, found):
    case = Case(sev, **left_empty("patient", name)[1])
    assert bool(case.hits("CO03_MISSCODE_PATIENT")) == found


@pytest.mark.parametrize(("status", "found"), [("DEAD", True), ("ALIVE", False), (None, False)])
def test_a_death_is_asked_of_the_dead_alone(sev, status, found):
    death = left_empty("death", "autopsy")
    assert is_found(sev, "CO03_MISSCODE_DEATH", ("follow_up", {"vital_status": status}), death) == found
