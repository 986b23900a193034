"""Tocilizumab and corticosteroids: each check with a hit, a miss, and a value that is missing."""

from __future__ import annotations

import datetime as dt

import pytest

from registry.checks import therapy  # noqa: F401
from tests.integration.checks.case_of import day
from tests.integration.checks.spec_of import is_found

pytestmark = pytest.mark.django_db
METHYLPREDNISOLONE = {"drug": "METHYLPREDNISOLONE"}
IN_JUNE = {"started_on": dt.date(2021, 6, 1), "started_on_precision": "MONTH"}


def weight(kg):
    return ("infusion_course", {"weight_kg": kg})


def given(number, first, last=None, **values):
    dates = {"started_on": day(first), "ended_on": None if last is None else day(last)}
    return ("toxicity_therapy", {"therapy_no": number, **dates, **values})


def steroid(number, first, mg=None, last=None, **values):
    dose = {"dose": mg, "dose_unit": None if mg is None else "MG"}
    return given(number, first, last, drug="DEXAMETHASONE", **dose, **values)


def anakinra(intent, first=3, **values):
    return ("anakinra_course", {"intent": intent, "started_on": None if first is None else day(first), **values})


@pytest.mark.parametrize(
    ("sentence", "kg", "dose", "unit", "found"),
    [
        ("800 mg", 100, 800, "MG", False),
        ("more than 800 mg", 120, 810, "MG", True),
        ("a gram", 130, 1, "G", True),
        ("8.5 mg/kg", None, "8.5", "MG_PER_KG", False),
        ("more than 8.5 mg/kg", None, 9, "MG_PER_KG", True),
        ("8 mg/kg that make more than 800 mg", 110, 8, "MG_PER_KG", True),
        ("600 mg at 70 kg", 70, 600, "MG", True),
        ("600 mg at a weight that is not known", None, 600, "MG", False),
        ("dose not known", 70, None, None, False),
    ],
)
def test_tocilizumab_has_a_highest_dose(sev, sentence, kg, dose, unit, found):
    assert is_found(sev, "TO01_DOSE", weight(kg), given(1, 0, dose=dose, dose_unit=unit)) == found, sentence


def test_other_drugs_have_other_doses(sev):
    drug = given(1, 0, drug="LEVETIRACETAM", dose=1000, dose_unit="MG")
    assert not is_found(sev, "TO01_DOSE", weight(70), drug)


@pytest.mark.parametrize(
    ("sentence", "rows", "found"),
    [
        ("4 doses", [given(number, number) for number in range(1, 5)], False),
        ("5 doses", [given(number, number) for number in range(1, 6)], True),
        ("5 doses in one row", [given(1, 0, 4, interval_h=24)], True),
        ("4 doses in one row", [given(1, 0, 3, interval_h=24)], False),
        ("every 6 hours", [given(1, 0, 0, interval_h=6)], True),
        ("every 8 hours", [given(1, 0, 0, interval_h=8)], False),
        ("3 doses in one day", [given(number, 0) for number in range(1, 4)], False),
        ("4 doses in one day", [given(number, 0) for number in range(1, 5)], True),
        ("last day not known", [given(1, 0, None, interval_h=24)], False),
        ("5 doses of another drug", [given(number, number, drug="SILTUXIMAB") for number in range(1, 6)], False),
    ],
)
def test_tocilizumab_has_a_highest_number_and_a_shortest_interval(sev, sentence, rows, found):
    assert is_found(sev, "TO02_COUNT", *rows) == found, sentence


def test_of_many_doses_of_tocilizumab_only_the_first_too_many_is_found(sev):
    with pytest.raises(AssertionError, match="another row"):
        is_found(sev, "TO02_COUNT", *(given(number, number) for number in range(1, 7)))


def test_doses_are_counted_anew_after_another_infusion(sev):
    again = ("infusion_course", {"course_no": 2, "infused_on": day(100)})
    first = [given(number, number) for number in range(1, 4)]
    assert not is_found(sev, "TO02_COUNT", *first, again, *(given(number, 100 + number) for number in range(1, 4)))


@pytest.mark.parametrize(
    ("sentence", "values", "found"),
    [
        ("400 mg/day", {"dose": 400, "dose_unit": "MG"}, False),
        ("more than 400 mg/day", {"dose": 101, "dose_unit": "MG", "interval_h": 6}, True),
        ("methylprednisolone 1 g twice", {**METHYLPREDNISOLONE, "dose": 1, "dose_unit": "G", "interval_h": 12}, False),
        ("dose not known", {}, False),
    ],
)
def test_a_very_high_dose_of_corticosteroids_is_asked_about(sev, sentence, values, found):
    assert is_found(sev, "ST01_EQ", given(1, 0, **{"drug": "DEXAMETHASONE", **values})) == found, sentence


@pytest.mark.parametrize("code", ["ST02_REFR", "ST03_REFR_CRS"])
@pytest.mark.parametrize(
    ("sentence", "rows", "found"),
    [
        ("nothing given", [anakinra("BOTH")], True),
        ("given the day before", [given(1, 2), steroid(2, 2), anakinra("BOTH")], False),
        ("given the same day", [given(1, 3), steroid(2, 3), anakinra("BOTH")], False),
        ("given the day after", [given(1, 4), steroid(2, 4), anakinra("BOTH")], True),
        ("given in the month of the start", [given(1, 4), steroid(2, 4), anakinra("BOTH", **IN_JUNE)], False),
        ("as prophylaxis", [anakinra("PROPHYLAXIS")], False),
        ("start not known", [anakinra("BOTH", None)], False),
        ("intent not known", [anakinra(None)], False),
    ],
)
def test_both_refractory_toxicities_need_both_drugs_before(sev, code, sentence, rows, found):
    assert is_found(sev, code, *rows) == found, sentence


@pytest.mark.parametrize(
    ("code", "intent", "row", "found"),
    [
        ("ST02_REFR", "REFRACTORY_ICANS", given(1, 0), True),
        ("ST02_REFR", "REFRACTORY_ICANS", steroid(1, 0), False),
        ("ST02_REFR", "REFRACTORY_CRS", given(1, 0), False),
        ("ST03_REFR_CRS", "REFRACTORY_CRS", steroid(1, 0), True),
        ("ST03_REFR_CRS", "REFRACTORY_CRS", given(1, 0), False),
        ("ST03_REFR_CRS", "REFRACTORY_ICANS", steroid(1, 0), False),
    ],
)
def test_each_refractory_toxicity_has_its_own_drug(sev, code, intent, row, found):
    assert is_found(sev, code, row, anakinra(intent)) == found


@pytest.mark.parametrize(
    ("sentence", "rows", "found"),
    [
        ("10 mg a day", [steroid(1, 0, 10, 2)], True),
        ("20 mg a day", [steroid(1, 0, 20, 2)], False),
        ("10 mg every 6 hours", [steroid(1, 0, 10, 2, interval_h=6)], False),
        ("two single doses of 10 mg in one day", [steroid(1, 0, 10, 0), steroid(2, 0, 10, 0)], False),
        ("10 mg on two days", [steroid(1, 0, 10, 0), steroid(2, 1, 10, 1)], True),
        ("10 mg, then 10 mg more while it goes on", [steroid(1, 0, 10, 2), steroid(2, 1, 10, 1)], False),
        ("20 mg after the start alone", [steroid(1, 0, 10, 2), steroid(2, 4, 20, 5)], True),
        ("dose not known", [steroid(1, 0)], False),
        ("no corticosteroid", [], False),
    ],
)
def test_refractory_icans_had_a_high_dose_of_corticosteroids(sev, sentence, rows, found):
    assert is_found(sev, "ST04_HIGH", *rows, anakinra("REFRACTORY_ICANS")) == found, sentence


def test_high_doses_are_not_asked_for_where_crs_alone_was_refractory(sev):
    assert not is_found(sev, "ST04_HIGH", steroid(1, 0, 4, 2), anakinra("REFRACTORY_CRS"))
