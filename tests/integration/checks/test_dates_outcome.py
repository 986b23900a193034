"""Dates of death, last contact and hospital care, and every other date against them."""

from __future__ import annotations

import datetime as dt

import pytest

from registry.checks import dates_outcome  # noqa: F401
from registry.checks.event_dates import event_dates
from tests.integration.checks.case_of import day
from tests.integration.checks.spec_of import is_found

pytestmark = pytest.mark.django_db
JULY = {"died_on": dt.date(2021, 7, 1), "died_on_precision": "MONTH"}
IN_2021 = {"last_contact_on": dt.date(2021, 1, 1), "last_contact_on_precision": "YEAR"}
# The topics of which an event after death is found, typed here once more: a new topic must be thought of.
EVENTS = {
    "disease": "diagnosed_on",
    "infusion_course": "infused_on",
    "further_infusion": "infused_on",
    "lab": "sampled_on",
    "crs_episode": "resolved_on",
    "crs_assessment": "assessed_on",
    "icans_episode": "onset_on",
    "icans_assessment": "assessed_on",
    "iechs_episode": "onset_on",
    "toxicity_therapy": "ended_on",
    "anakinra_course": "ended_on",
    "anakinra_segment": "segment_ended_on",
    "adverse_event": "began_on",
    "stay": "ended_on",
    "infection": "diagnosed_on",
    "response": "assessed_on",
    "relapse": "relapsed_on",
}


def test_every_topic_with_dates_of_events_is_checked():
    assert {events.topic.code for events in event_dates()} == set(EVENTS)


@pytest.mark.parametrize(("topic", "name"), EVENTS.items())
@pytest.mark.parametrize(
    ("sentence", "death", "at", "found"),
    [
        ("the day after death", {"died_on": day(20)}, 21, True),
        ("the day of death", {"died_on": day(20)}, 20, False),
        ("in the month of death, of which no day is known", JULY, 40, False),
        ("after the month of death", JULY, 52, True),
        ("death not dated", {"died_on": None}, 21, False),
    ],
)
def test_nothing_happens_after_death(sev, topic, name, sentence, death, at, found):
    rows = ("death", death), (topic, {name: day(at)})
    assert is_found(sev, f"DT23_AFTER_DEATH_{topic.upper()}", *rows) == found, sentence


def test_an_event_in_a_month_that_holds_the_death_is_left_alone(sev):
    relapse = {"relapsed_on": dt.date(2021, 6, 1), "relapsed_on_precision": "MONTH"}
    assert not is_found(sev, "DT23_AFTER_DEATH_RELAPSE", ("death", {"died_on": day(5)}), ("relapse", relapse))


def test_the_living_have_no_events_after_death(sev):
    assert not is_found(sev, "DT23_AFTER_DEATH_LAB", ("lab", {"sampled_on": day(400)}))


@pytest.mark.parametrize(
    ("sentence", "contact", "death", "found"),
    [
        ("the same day", {"last_contact_on": day(30)}, {"died_on": day(30)}, False),
        ("contact the day before", {"last_contact_on": day(29)}, {"died_on": day(30)}, True),
        ("contact the day after", {"last_contact_on": day(31)}, {"died_on": day(30)}, True),
        ("contact in a year that holds the death", IN_2021, {"died_on": day(30)}, False),
        ("contact in a year before the death", IN_2021, {"died_on": dt.date(2022, 1, 3)}, True),
        ("contact in the month of death", {"last_contact_on": day(30)}, JULY, False),
        ("contact after the month of death", {"last_contact_on": dt.date(2021, 8, 1)}, JULY, True),
        ("contact before the month of death", {"last_contact_on": dt.date(2021, 6, 30)}, JULY, True),
        ("death not dated", {"last_contact_on": day(29)}, {"died_on": None}, False),
        ("contact not dated", {"last_contact_on": None}, {"died_on": day(30)}, False),
    ],
)
def test_the_last_contact_of_the_dead_is_the_day_of_death(sev, sentence, contact, death, found):
    assert is_found(sev, "DT24_DEATH_LC", ("death", death), ("follow_up", contact)) == found, sentence


@pytest.mark.parametrize(("topic", "name"), EVENTS.items())
@pytest.mark.parametrize(
    ("sentence", "contact", "at", "found"),
    [
        ("an event the day after", {"last_contact_on": day(20)}, 21, True),
        ("an event on the day", {"last_contact_on": day(20)}, 20, False),
        ("contact in the year of the event", IN_2021, 40, False),
        ("contact in the year before the event", IN_2021, 230, True),
        ("contact not dated", {"last_contact_on": None}, 21, False),
        ("event not dated", {"last_contact_on": day(20)}, None, False),
    ],
)
def test_the_last_contact_is_not_before_an_event(sev, topic, name, sentence, contact, at, found):
    values = {} if at is None else {name: day(at)}
    assert is_found(sev, "DT25_LC_EVENTS", (topic, values), ("follow_up", contact)) == found, sentence


REFRACTORY = {"intent": "REFRACTORY_CRS", "anakinra_no": 1}


@pytest.mark.parametrize(
    ("sentence", "status", "contact", "start", "found"),
    [
        ("day 59", "ALIVE", 59, None, True),
        ("day 60", "ALIVE", 60, None, False),
        ("27 days from anakinra", "ALIVE", 67, {**REFRACTORY, "started_on": day(40)}, True),
        ("28 days from anakinra", "ALIVE", 68, {**REFRACTORY, "started_on": day(40)}, False),
        ("27 days from prophylaxis", "ALIVE", 67, {"intent": "PROPHYLAXIS", "started_on": day(40)}, False),
        ("anakinra not dated", "ALIVE", 67, {**REFRACTORY, "started_on": None}, False),
        ("dead", "DEAD", 20, None, False),
        ("lost", "LOST", 20, None, False),
        ("status not known", None, 20, None, False),
        ("contact not dated", "ALIVE", None, None, False),
    ],
)
def test_the_living_are_followed_to_day_28_and_day_60(sev, sentence, status, contact, start, found):
    last = {"vital_status": status, "last_contact_on": None if contact is None else day(contact)}
    rows = [("infusion_course", {}), *([("anakinra_course", start)] if start else []), ("follow_up", last)]
    assert is_found(sev, "DT26_FU_SHORT", *rows) == found, sentence


def test_only_the_first_refractory_course_and_the_first_infusion_count(sev):
    rows = [
        ("anakinra_course", {**REFRACTORY, "started_on": day(5)}),
        ("anakinra_course", {**REFRACTORY, "anakinra_no": 2, "started_on": day(90)}),
        ("infusion_course", {"course_no": 2, "infused_on": day(80)}),
        ("follow_up", {"vital_status": "ALIVE", "last_contact_on": day(100)}),
    ]
    assert not is_found(sev, "DT26_FU_SHORT", *rows)


def test_a_contact_in_a_month_that_may_be_long_enough_is_left_alone(sev):
    august = {"last_contact_on": dt.date(2021, 8, 1), "last_contact_on_precision": "MONTH", "vital_status": "ALIVE"}
    assert not is_found(sev, "DT26_FU_SHORT", ("infusion_course", {}), ("follow_up", august))


HOSPITAL = {"stay_no": 1, "kind": "HOSPITAL", "began_on": day(0), "ended_on": day(14)}


@pytest.mark.parametrize(
    ("sentence", "hospital", "began", "ended", "found"),
    [
        ("within", [HOSPITAL], 3, 9, False),
        ("the whole stay", [HOSPITAL], 0, 14, False),
        ("from the day before", [HOSPITAL], -1, 9, True),
        ("to the day after", [HOSPITAL], 3, 15, True),
        ("without its last day", [HOSPITAL], 3, None, False),
        ("in a stay without its last day", [{**HOSPITAL, "ended_on": None}], 3, 40, False),
        ("over a transfer to another hospital",
         [HOSPITAL, {**HOSPITAL, "stay_no": 2, "began_on": day(14), "ended_on": day(30)}], 3, 20, False),
        ("no stay in hospital recorded", [], 3, 9, True),
    ],
)  # fmt: skip
def test_intensive_care_lies_within_a_stay_in_hospital(sev, sentence, hospital, began, ended, found):
    care = {"stay_no": 9, "kind": "ICU", "began_on": day(began), "ended_on": None if ended is None else day(ended)}
    rows = [*(("stay", values) for values in hospital), ("stay", care)]
    assert is_found(sev, "DT27_HOSP", *rows) == found, sentence


def test_other_care_is_given_outside_hospital_as_well(sev):
    assert not is_found(sev, "DT27_HOSP", ("stay", {"kind": "RRT", "began_on": day(3), "ended_on": day(9)}))


@pytest.mark.parametrize(
    ("sentence", "death", "found"),
    [("only the month", JULY, True), ("the day", {"died_on": day(9)}, False), ("nothing", {}, False)],
)
def test_a_death_without_its_day_is_asked_about(sev, sentence, death, found):
    assert is_found(sev, "DT28_PREC_DEATH", ("death", death)) == found, sentence
