"""Impossible values are refused by the database itself, with a name that says which rule was broken."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from registry.models import (
    CrsAssessment,
    CrsEpisode,
    Disease,
    IcansAssessment,
    IcansEpisode,
    InfusionCourse,
    Patient,
    Product,
)
from sites.context import acting_as_system
from sites.models import Site

DAY0 = dt.date(2021, 3, 11)


@pytest.fixture
def course(db):
    with acting_as_system("test", reason="arrange a case"):
        site = Site.objects.create(code="SEV", name="Sevilla", country="ES", time_zone="Europe/Madrid")
        product, _made = Product.objects.get_or_create(code="AXI", defaults={"generic_name": "axicabtagene ciloleucel"})
    with acting_as_system("test", reason="arrange a case"):
        patient = Patient.objects.create(site=site, study_id="SEV-001")
        yield InfusionCourse.objects.create(
            site=site, patient=patient, course_no=1, product=product, infused_on=DAY0, ld_started_on=dt.date(2021, 3, 6)
        )


def refused_by(name: str, write) -> None:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        write()
    assert caught.value.__cause__.diag.constraint_name == name


def change(row, **values):
    return lambda: type(row).objects.filter(pk=row.pk).update(**values)


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"kps": 85}, "infusion_course_kps_step"),
        ({"kps": 110}, "infusion_course_kps_limits"),
        ({"weight_kg": 1}, "infusion_course_weight_kg_limits"),
        ({"ld_ended_on": dt.date(2021, 3, 5)}, "infusion_course_ld_order"),
        ({"ld_started_on": DAY0}, "infusion_course_ld_before_cells"),
        ({"apheresis_on": dt.date(2021, 3, 6)}, "infusion_course_apheresis_before_ld"),
        ({"setting": "ELSEWHERE"}, "infusion_course_setting_code"),
        ({"kps": 80, "missing": {"kps": "ND"}}, "infusion_course_missing"),
        ({"missing": {"kps": "-99"}}, "infusion_course_missing"),
        ({"missing": {"colour": "ND"}}, "infusion_course_missing"),
        ({"missing": []}, "infusion_course_missing"),
        (
            {"apheresis_on": dt.date(2021, 1, 15), "apheresis_on_precision": "MONTH"},
            "infusion_course_apheresis_on_precision_fits",
        ),
    ],
)
def test_an_impossible_course_is_refused(course, values, constraint):
    refused_by(constraint, change(course, **values))


def test_a_missing_value_is_null_with_a_reason(course):
    change(course, missing={"kps": "ND", "ecog": "UNK"})()
    course.refresh_from_db()
    assert course.kps is None
    assert course.missing == {"kps": "ND", "ecog": "UNK"}


def test_a_row_of_another_site_than_its_parent_is_refused(course):
    other = Site.objects.create(code="HOU", name="Houston", country="US", time_zone="America/Chicago")
    with acting_as_system("test", reason="over both sites"):
        refused_by(
            "crs_episode_site_of_parent",
            lambda: CrsEpisode.objects.create(site=other, course=course, crs_no=1),
        )
        episode = CrsEpisode.objects.create(site=course.site, course=course, crs_no=1)
        refused_by("crs_episode_site_of_parent", change(episode, site=other))
    with pytest.raises(ValidationError, match="another site"):
        CrsEpisode(site=other, course=course, crs_no=2).full_clean()


def test_resolution_is_compared_at_the_precision_that_is_known(course):
    onset = dt.date(2021, 3, 14)
    episode = CrsEpisode.objects.create(site=course.site, course=course, crs_no=1, onset_on=onset)
    change(episode, resolved_on=dt.date(2021, 3, 1), resolved_on_precision="MONTH")()
    refused_by("crs_episode_order", change(episode, resolved_on=dt.date(2021, 2, 1), resolved_on_precision="MONTH"))
    refused_by("crs_episode_order", change(episode, resolved_on=dt.date(2021, 3, 13), resolved_on_precision="DAY"))


def test_one_row_per_key(course):
    Disease.objects.create(site=course.site, patient=course.patient)
    refused_by("disease_key", lambda: Disease.objects.create(site=course.site, patient=course.patient))
    refused_by("patient_key", lambda: Patient.objects.create(site=course.site, study_id="SEV-001"))


def test_oxygen_flow_fits_its_device(course):
    episode = CrsEpisode.objects.create(site=course.site, course=course, crs_no=1)
    day = CrsAssessment.objects.create(
        site=course.site, episode=episode, assessed_on=DAY0, oxygen="LOW_FLOW", oxygen_flow_l_min=6
    )
    refused_by("crs_assessment_flow_fits_device", change(day, oxygen_flow_l_min=7))


def test_the_ice_score_is_the_sum_of_its_items_and_zero_needs_a_state(course):
    episode = IcansEpisode.objects.create(site=course.site, course=course, icans_no=1)
    day = IcansAssessment.objects.create(site=course.site, episode=episode, assessed_on=DAY0, ice_total=7)
    items = {"ice_orientation": 4, "ice_naming": 3, "ice_command": 1, "ice_writing": 1, "ice_attention": 0}
    refused_by("icans_assessment_ice_sum", change(day, **items))
    change(day, ice_total=9, **items)()
    nothing = dict.fromkeys(items, 0)
    refused_by("icans_assessment_ice_zero", change(day, ice_total=0, **nothing))
    change(day, ice_total=0, ice_assessable="UNAROUSABLE", **nothing)()


def test_messages_are_readable(course):
    course.weight_kg = 1
    with pytest.raises(ValidationError) as caught:
        course.full_clean()
    assert "Weight at lymphodepletion must be between 2 and 350 kg." in str(caught.value)
