"""Dates of episodes and of the start of anakinra, each with a hit, a miss, and a date that is not or half known."""

from __future__ import annotations

import datetime as dt

import pytest

from registry.checks import dates_toxicity  # noqa: F401
from tests.integration.checks.case_of import INFUSED, day
from tests.integration.checks.spec_of import is_found

pytestmark = pytest.mark.django_db
KINDS = {
    "CRS": ("crs_episode", "crs_no"),
    "ICANS": ("icans_episode", "icans_no"),
    "IECHS": ("iechs_episode", "iechs_no"),
}


def on(name, date, precision="DAY"):
    return {name: date, f"{name}_precision": precision}


def month(name, year, number):
    return on(name, dt.date(year, number, 1), "MONTH")


@pytest.mark.parametrize(("code", "topic"), [("DT11_CRS_PRE", "crs_episode"), ("DT13_ICANS_PRE", "icans_episode")])
@pytest.mark.parametrize(
    ("sentence", "onset", "found"),
    [
        ("the day before infusion", on("onset_on", day(-1)), True),
        ("the day of infusion", on("onset_on", INFUSED), False),
        ("in the month before", month("onset_on", 2021, 5), True),
        ("in the month of infusion", month("onset_on", 2021, 6), False),
        ("in the year before", on("onset_on", dt.date(2020, 1, 1), "YEAR"), True),
        ("in the year of infusion", on("onset_on", dt.date(2021, 1, 1), "YEAR"), False),
        ("onset not known", on("onset_on", None), False),
    ],
)
def test_a_toxicity_does_not_begin_before_the_infusion(sev, code, topic, sentence, onset, found):
    assert is_found(sev, code, (topic, onset)) == found, sentence


@pytest.mark.parametrize(
    ("code", "topic", "last"), [("DT12_CRS_LATE", "crs_episode", 21), ("DT14_ICANS_LATE", "icans_episode", 28)]
)
@pytest.mark.parametrize(
    ("sentence", "onset", "found"),
    [
        ("on the last usual day", lambda last: on("onset_on", day(last)), False),
        ("on the day after", lambda last: on("onset_on", day(last + 1)), True),
        ("in a month that is too late", lambda last: month("onset_on", 2021, 8), True),
        ("in the month of infusion", lambda last: month("onset_on", 2021, 6), False),
        ("in the year of infusion", lambda last: on("onset_on", dt.date(2021, 1, 1), "YEAR"), False),
        ("onset not known", lambda last: on("onset_on", None), False),
    ],
)
def test_a_late_onset_is_asked_about(sev, code, topic, last, sentence, onset, found):
    assert is_found(sev, code, (topic, onset(last))) == found, sentence


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("sentence", "values", "found"),
    [
        ("60 days", {**on("onset_on", day(1)), **on("resolved_on", day(61))}, False),
        ("61 days", {**on("onset_on", day(1)), **on("resolved_on", day(62))}, True),
        ("June to August, perhaps 60 days", {**month("onset_on", 2021, 6), **month("resolved_on", 2021, 8)}, False),
        ("June to September, 63 days at least", {**month("onset_on", 2021, 6), **month("resolved_on", 2021, 9)}, True),
        ("not resolved", {**on("onset_on", day(1)), "is_resolved": False}, False),
        ("onset not known", on("resolved_on", day(62)), False),
    ],
)
def test_an_episode_of_more_than_60_days_is_asked_about(sev, kind, sentence, values, found):
    assert is_found(sev, f"DT16_EP_DUR_{kind}", (KINDS[kind][0], values)) == found, sentence


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("sentence", "first", "second", "found"),
    [
        ("one after the other", (1, 5), (7, 9), False),
        ("the other way round", (7, 9), (1, 5), False),
        ("one begins within the other", (1, 5), (4, 9), True),
        ("the other way round within", (4, 9), (1, 5), True),
        ("one within the other", (1, 9), (4, 5), True),
        ("one day within the other", (1, 9), (4, 4), True),
        ("one begins on the day the other resolves", (1, 5), (5, 9), False),
        ("both on the same single day", (3, 3), (3, 3), True),
        ("both begin on the same day", (3, 3), (3, 6), True),
        ("the first is not resolved", (1, False), (7, 9), True),
        ("the second is not resolved", (7, 9), (1, False), True),
        ("the first ends on a day not known", (1, None), (7, 9), False),
        ("the second begins on a day not known", (1, 9), (None, 5), False),
    ],
)
def test_episodes_of_a_kind_follow_each_other(sev, kind, sentence, first, second, found):
    topic, number = KINDS[kind]
    rows = [(topic, {number: at, **_episode(*days)}) for at, days in enumerate((first, second), start=1)]
    assert is_found(sev, f"DT17_EP_OVERLAP_{kind}", *rows) == found, sentence


def _episode(onset, end):
    if end is False:
        return {**on("onset_on", day(onset)), "is_resolved": False}
    return {"onset_on": onset and day(onset), "resolved_on": end and day(end), "is_resolved": True}


def test_episodes_that_may_follow_each_other_within_a_month_are_left_alone(sev):
    first = {"crs_no": 1, **month("onset_on", 2021, 6), **month("resolved_on", 2021, 6)}
    second = {"crs_no": 2, **month("onset_on", 2021, 6), **month("resolved_on", 2021, 6)}
    assert not is_found(sev, "DT17_EP_OVERLAP_CRS", ("crs_episode", first), ("crs_episode", second))


def test_episodes_after_two_infusions_are_not_compared(sev):
    rows = [
        ("crs_episode", {"onset_on": day(1), "is_resolved": False}),
        ("infusion_course", {"course_no": 2, "infused_on": day(90)}),
        ("crs_episode", {"crs_no": 2, "onset_on": day(91), "is_resolved": False}),
    ]
    assert not is_found(sev, "DT17_EP_OVERLAP_CRS", *rows)


@pytest.mark.parametrize("kind", ["CRS", "ICANS"])
@pytest.mark.parametrize(
    ("sentence", "values", "found"),
    [
        ("on the day of onset", {"onset_on": day(2), "max_grade_on": day(2)}, False),
        ("before the onset", {"onset_on": day(2), "max_grade_on": day(1)}, True),
        ("before the month of onset", {**month("onset_on", 2021, 7), "max_grade_on": day(1)}, True),
        ("in the month of onset", {**month("onset_on", 2021, 6), "max_grade_on": day(1)}, False),
        ("on the day of resolution", {"resolved_on": day(9), "max_grade_on": day(9)}, False),
        ("after the resolution", {"resolved_on": day(9), "max_grade_on": day(10)}, True),
        ("in the month of resolution", {**month("resolved_on", 2021, 6), "max_grade_on": day(10)}, False),
        ("after the month of resolution", {**month("resolved_on", 2021, 6), "max_grade_on": day(30)}, True),
        ("highest grade not dated", {"onset_on": day(2), "resolved_on": day(9)}, False),
        ("episode not dated", {"max_grade_on": day(9)}, False),
    ],
)
def test_the_highest_grade_is_reached_within_the_episode(sev, kind, sentence, values, found):
    assert is_found(sev, f"DT18_PEAK_IN_{kind}", (KINDS[kind][0], values)) == found, sentence


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("sentence", "values", "found"),
    [
        ("only the month", month("resolved_on", 2021, 7), True),
        ("only the year", on("resolved_on", dt.date(2021, 1, 1), "YEAR"), True),
        ("the day", on("resolved_on", day(9)), False),
        ("nothing", {}, False),
    ],
)
def test_a_resolution_without_its_day_is_asked_about(sev, kind, sentence, values, found):
    assert is_found(sev, f"DT28_PREC_{kind}", (KINDS[kind][0], values)) == found, sentence


@pytest.mark.parametrize(
    ("sentence", "values", "found"),
    [
        ("refractory CRS, the day before", {"intent": "REFRACTORY_CRS", "started_on": day(-1)}, True),
        ("another intent, the day before", {"intent": "OTHER", "started_on": day(-1)}, True),
        ("refractory CRS, the day of infusion", {"intent": "REFRACTORY_CRS", "started_on": INFUSED}, False),
        ("prophylaxis", {"intent": "PROPHYLAXIS", "started_on": day(-1)}, False),
        ("intent not known", {"intent": None, "started_on": day(-1)}, False),
        ("start not known", {"intent": "REFRACTORY_CRS", "started_on": None}, False),
        ("the month of infusion", {"intent": "REFRACTORY_CRS", **month("started_on", 2021, 6)}, False),
        ("the month before", {"intent": "REFRACTORY_CRS", **month("started_on", 2021, 5)}, True),
    ],
)
def test_anakinra_before_the_infusion_is_prophylaxis(sev, sentence, values, found):
    assert is_found(sev, "DT19_ANA_PRE", ("anakinra_course", values)) == found, sentence


CRS_3, CRS_20 = ("crs_episode", {"onset_on": day(3)}), ("crs_episode", {"crs_no": 2, "onset_on": day(20)})
ICANS_6 = ("icans_episode", {"onset_on": day(6)})


@pytest.mark.parametrize(
    ("sentence", "intent", "start", "episodes", "found"),
    [
        ("the day before CRS", "REFRACTORY_CRS", 2, [CRS_3], True),
        ("the day of CRS", "REFRACTORY_CRS", 3, [CRS_3], False),
        ("between two episodes", "REFRACTORY_CRS", 9, [CRS_3, CRS_20], False),
        ("before both episodes", "REFRACTORY_CRS", 2, [CRS_3, CRS_20], True),
        ("one onset not known", "REFRACTORY_CRS", 2, [("crs_episode", {}), CRS_20], False),
        ("no episode recorded", "REFRACTORY_CRS", 2, [], False),
        ("against ICANS, before it", "REFRACTORY_ICANS", 5, [CRS_3, ICANS_6], True),
        ("against CRS, before ICANS", "REFRACTORY_CRS", 5, [CRS_3, ICANS_6], False),
        ("against both, before ICANS", "BOTH", 5, [CRS_3, ICANS_6], True),
        ("against both, after both", "BOTH", 6, [CRS_3, ICANS_6], False),
        ("prophylaxis", "PROPHYLAXIS", 2, [CRS_3], False),
        ("intent not known", None, 2, [CRS_3], False),
        ("start not known", "REFRACTORY_CRS", None, [CRS_3], False),
        ("onset in a month that may hold the start", "REFRACTORY_CRS", 2,
         [("crs_episode", month("onset_on", 2021, 6))], False),
        ("onset in the month after", "REFRACTORY_CRS", 2, [("crs_episode", month("onset_on", 2021, 7))], True),
    ],
)  # fmt: skip
def test_anakinra_starts_after_the_toxicity_that_it_treats(sev, sentence, intent, start, episodes, found):
    started_on = None if start is None else day(start)
    rows = [*episodes, ("anakinra_course", {"intent": intent, "started_on": started_on})]
    assert is_found(sev, "DT20_ANA_EP", *rows) == found, sentence


@pytest.mark.parametrize(
    ("sentence", "values", "found"),
    [
        ("day 45", on("started_on", day(45)), False),
        ("day 46", on("started_on", day(46)), True),
        ("in a month that may be early enough", month("started_on", 2021, 7), False),
        ("in a month that is too late", month("started_on", 2021, 8), True),
        ("start not known", on("started_on", None), False),
    ],
)
def test_anakinra_after_day_45_is_asked_about(sev, sentence, values, found):
    assert is_found(sev, "DT22_ANA_LATE", ("anakinra_course", values)) == found, sentence


@pytest.mark.parametrize(
    ("sentence", "values", "found"),
    [
        ("only the month", month("started_on", 2021, 6), True),
        ("only the year", on("started_on", dt.date(2021, 1, 1), "YEAR"), True),
        ("the day", on("started_on", day(5)), False),
        ("nothing", {}, False),
    ],
)
def test_a_start_of_anakinra_without_its_day_is_asked_about(sev, sentence, values, found):
    assert is_found(sev, "DT28_PREC_ANAKINRA", ("anakinra_course", values)) == found, sentence
