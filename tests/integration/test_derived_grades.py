"""Computed grades follow the record: attribution, developmental delay, oxygen for another reason, IEC-HS."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from registry.models import (
    CrsAssessment,
    CrsEpisode,
    IcansAssessment,
    IcansEpisode,
    IecHsEpisode,
    InfusionCourse,
    Patient,
    Product,
)
from registry.services import derive_patients
from sites.context import acting_as_system
from sites.models import Site

DAY0 = dt.date(2021, 3, 11)
FEBRILE = {
    "temp_max_c": "39.0",
    "has_hypotension": False,
    "vasopressors": 0,
    "has_vasopressin": False,
    "oxygen": "ROOM_AIR",
}
ALERT = {
    "ice_assessable": "YES",
    "ice_total": 8,
    "consciousness": "ALERT",
    "seizure": "NONE",
    "motor": "NONE",
    "oedema": "NONE",
    "icp_sign": "NONE",
}


@pytest.fixture
def course(db: None) -> Iterator[InfusionCourse]:
    with acting_as_system("test", reason="arrange a case"):
        site = Site.objects.create(code="SEV", name="Sevilla", country="ES", time_zone="Europe/Madrid")
        product, _made = Product.objects.get_or_create(code="AXI", defaults={"generic_name": "axicabtagene ciloleucel"})
    with acting_as_system("test", reason="arrange a case"):
        patient = Patient.objects.create(site=site, study_id="SEV-001", age_at_infusion=60)
        yield InfusionCourse.objects.create(site=site, patient=patient, course_no=1, product=product, infused_on=DAY0)


def computed(row: Any) -> int | None:
    derive_patients([row.episode.course.patient_id])
    row.refresh_from_db()
    return row.grade_computed


def crs_day(course: InfusionCourse, **values: Any) -> CrsAssessment:
    episode = CrsEpisode.objects.create(site=course.site, course=course, crs_no=1)
    return CrsAssessment.objects.create(site=course.site, episode=episode, assessed_on=DAY0, **{**FEBRILE, **values})


def icans_day(course: InfusionCourse, **values: Any) -> IcansAssessment:
    episode = IcansEpisode.objects.create(site=course.site, course=course, icans_no=1)
    return IcansAssessment.objects.create(site=course.site, episode=episode, assessed_on=DAY0, **{**ALERT, **values})


@pytest.mark.parametrize(
    ("values", "grade"),
    [
        ({}, 1),
        ({"has_other_fever_cause": True}, 0),
        ({"missing": {"has_other_fever_cause": "UNK"}}, None),
        ({"vasopressors": None}, None),
        ({"oxygen": "VENTILATION"}, 4),
        ({"oxygen": "VENTILATION", "vasopressors": None}, 4),
        ({"oxygen": "VENTILATION", "has_other_oxygen_reason": True}, 1),
    ],
)
def test_a_crs_day_written_in_an_episode_is_of_that_episode_until_somebody_says_otherwise(course, values, grade):
    assert computed(crs_day(course, **values)) == grade


@pytest.mark.parametrize(
    ("values", "grade"),
    [
        ({}, 1),
        ({"has_other_cause": True}, 0),
        ({"missing": {"has_other_cause": "UNK"}}, None),
        ({"ice_total": None}, None),
        ({"ice_total": None, "seizure": "PROLONGED"}, 4),
        ({"consciousness": None}, None),
    ],
)
def test_an_icans_day_is_graded_when_nothing_missing_can_change_it(course, values, grade):
    assert computed(icans_day(course, **values)) == grade


def test_with_developmental_delay_capd_replaces_ice_at_any_age(course):
    day = icans_day(course, capd=12)
    assert computed(day) == 1
    Patient.objects.filter(pk=course.patient_id).update(has_developmental_delay=True)
    assert computed(day) == 3


def test_iechs_is_graded_by_its_worst_manifestation(course):
    episode = IecHsEpisode.objects.create(site=course.site, course=course, iechs_no=1, worst_manifestation="DIALYSIS")
    derive_patients([course.patient_id], topics=["iechs_episode"])
    episode.refresh_from_db()
    assert (episode.grade_computed, episode.grade_rule) == (4, "HINES-2023/provisional")


def test_cases_of_two_sites_with_the_same_study_id_are_graded_apart(course):
    """The days of one episode follow each other, so that what came before a day is known."""
    with acting_as_system("test", reason="the same study id elsewhere"):
        site = Site.objects.create(code="HOU", name="Houston", country="US", time_zone="America/Chicago")
    with acting_as_system("test", reason="the same study id elsewhere"):
        patient = Patient.objects.create(site=site, study_id="SEV-001", age_at_infusion=60)
        other = InfusionCourse.objects.create(
            site=site, patient=patient, course_no=1, product=course.product, infused_on=DAY0
        )
        days = [crs_day(one, had_antipyretic=True) for one in (course, other)]
        later = [
            CrsAssessment.objects.create(
                site=day.site,
                episode=day.episode,
                assessed_on=DAY0 + dt.timedelta(days=1),
                **{**FEBRILE, "temp_max_c": "36.8", "vasopressors": 1},
            )
            for day in days
        ]
        derive_patients([course.patient_id, patient.pk])
        grades = CrsAssessment.objects.filter(pk__in=[day.pk for day in later]).values_list("grade_computed", flat=True)
        assert list(grades) == [3, 3]
