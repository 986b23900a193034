"""Entry pages: each form opens for each role, saves, keeps what cannot be saved, and costs the same however long it is."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from registry.metadata.forms import FORMS, Shape
from registry.models import CrsAssessment, CrsEpisode, Draft, InfusionCourse, Patient
from sites.context import acting_as_system
from tests.entry_forms import controls, send
from tests.factories.files import create_products
from tests.factories.whole_case import whole_case

INFUSED = dt.date(2025, 3, 11)


@pytest.fixture
def whole(cast):
    return whole_case(cast.sev, "SEV-0001", words="sevilla", judge=cast.judy)


@pytest.fixture
def case(cast):
    """A case at Sevilla with nothing but its infusion."""
    create_products()
    with acting_as_system("tests", reason="a case"):
        patient = Patient.objects.create(site=cast.sev, study_id="SEV-0017")
        InfusionCourse.objects.create(
            site=cast.sev, patient=patient, course_no=1, infused_on=INFUSED, product_id="AXI", weight_kg=68
        )
    return patient


def rows(model, *order):
    """All rows of a model, as the registry itself sees them."""
    with acting_as_system("tests", reason="look"):
        return list(model.objects.order_by(*order))


def address(patient, code, row="new"):
    form = next(form for form in FORMS if form.code == code)
    if form.shape is not Shape.REPEATED:
        return reverse("case_form", args=[patient.pk, code])
    if row == "new":
        return reverse("case_form_new", args=[patient.pk, code])
    return reverse("case_form_row", args=[patient.pk, code, row])


@pytest.mark.parametrize("person", ["alice", "ivan", "dana", "carol"])
@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.code)
def test_every_form_opens_for_everybody_who_sees_the_case(cast, whole, signed_in, person, form) -> None:
    client = signed_in(cast[person])
    response = client.get(reverse("case_form", args=[whole.pk, form.code]), follow=True)
    assert response.status_code == 200, form.code
    assert ("data-entry" in response.content.decode()) == (person in ("alice", "carol"))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.code)
def test_a_blank_form_opens(cast, case, signed_in, form) -> None:
    response = signed_in(cast.alice).get(reverse("case_form", args=[case.pk, form.code]), follow=True)
    assert response.status_code == 200


@pytest.fixture
def episode(cast, case):
    """A CRS episode of five days without an assessment."""
    with acting_as_system("tests", reason="an episode"):
        return CrsEpisode.objects.create(
            site=cast.sev, course=case.infusion_courses.get(), crs_no=1, is_resolved=True,
            onset_on=INFUSED + dt.timedelta(days=1), resolved_on=INFUSED + dt.timedelta(days=5),
        )  # fmt: skip


def test_a_new_episode_and_its_days_are_saved_at_once(cast, case, signed_in) -> None:
    client = signed_in(cast.alice)
    url = address(case, "crs_episode")
    first = client.get(url)
    typed = {**controls(first), "crs_episode-0-onset_on": "+1", "crs_episode-0-is_resolved": "yes"}
    typed["crs_episode-0-resolved_on"] = "+3"
    days = client.post(url, {**typed, "act": "refresh"})
    typed = controls(days)
    assert [name for name in typed if name.endswith("temp_max_c")] == [
        f"crs_assessment-{number}-temp_max_c" for number in range(3)
    ]
    typed |= {"crs_assessment-0-temp_max_c": "38,4", "crs_assessment-1-temp_max_c": "39.6"}
    typed |= {"crs_assessment-1-systolic_min_mmhg": "ND", "crs_assessment-1-oxygen": "LOW_FLOW"}
    saved = client.post(url, {**typed, "act": "save"})
    [episode] = rows(CrsEpisode)
    assert saved.status_code == 302
    assert saved["Location"] == address(case, "crs_episode", episode.pk)
    assert (episode.crs_no, episode.onset_on, episode.resolved_on) == (
        1, INFUSED + dt.timedelta(days=1), INFUSED + dt.timedelta(days=3),
    )  # fmt: skip
    days = rows(CrsAssessment, "assessed_on")
    assert [(str(row.temp_max_c), row.missing, row.oxygen) for row in days] == [
        ("38.4", {}, None),
        ("39.6", {"systolic_min_mmhg": "ND"}, "LOW_FLOW"),
    ]


def test_good_rows_are_saved_beside_a_bad_one_which_stays_as_typed(cast, case, episode, signed_in) -> None:
    client = signed_in(cast.alice)
    url = address(case, "crs_episode", episode.pk)
    texts = {"crs_assessment__0__temp_max_c": "38.4", "crs_assessment__1__temp_max_c": "warm",
             "crs_assessment__2__oxygen": "LOW_FLOW", "crs_assessment__2__oxygen_flow_l_min": "9"}  # fmt: skip
    answer = send(client, url, **texts)
    assert answer.status_code == 422
    assert [str(row.temp_max_c) for row in rows(CrsAssessment)] == ["38.4"]
    page = answer.content.decode()
    assert 'value="warm"' in page
    assert "More than 6 L/min is not low flow." in page
    assert rows(Draft)[0].typed["crs_assessment-1-temp_max_c"] == "warm"
    again = client.get(url)
    assert controls(again)["crs_assessment-1-temp_max_c"] == "warm"
    mended = {**controls(again), "crs_assessment-1-temp_max_c": "38", "crs_assessment-2-oxygen_flow_l_min": "5"}
    assert client.post(url, {**mended, "act": "save"}).status_code == 302
    assert len(rows(CrsAssessment)) == 3
    assert rows(Draft) == []
