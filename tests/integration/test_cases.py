"""The pages of cases: who sees which, in what words, at what cost."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registry.models import CrsEpisode, InfusionCourse, LabResult, Patient
from registry.web.case_panels import _panels, register_panel
from sites.context import acting_as_system
from tests.factories.whole_case import INFUSED, whole_case


@pytest.fixture
def two(cast):
    """One whole case at Sevilla, one at Houston, with tell-tale words in every field of words."""
    here = whole_case(cast.sev, "SEV-0001", words="sevilla", judge=cast.judy)
    there = whole_case(cast.hou, "HOU-0001", words="houston", judge=cast.judy)
    return here, there


@pytest.fixture
def many(cast):
    """120 cases, alternately of both sites."""
    with acting_as_system("tests", reason="many cases"):
        Patient.objects.bulk_create(
            Patient(site=(cast.sev, cast.hou)[number % 2], study_id=f"C-{number:04d}") for number in range(120)
        )


def page(client, path="cases", *args, **asked) -> str:
    response = client.get(reverse(path, args=args), asked)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize(
    ("person", "sees"),
    [("alice", {"SEV"}), ("ivan", {"SEV"}), ("bob", {"HOU"}), ("carol", {"SEV", "HOU"}), ("dana", {"SEV", "HOU"})],
)
def test_each_person_finds_the_cases_of_their_sites_and_no_others(cast, two, signed_in, person, sees) -> None:
    client = signed_in(cast[person])
    text = page(client)
    for patient in two:
        code = patient.study_id[:3]
        assert (patient.study_id in text) == (code in sees)
        assert (client.get(reverse("case", args=[patient.pk])).status_code == 200) == (code in sees)


@pytest.mark.parametrize("person", ["judy", "adam", "eve"])
def test_people_without_the_right_get_neither_list_nor_case(cast, two, signed_in, person) -> None:
    client = signed_in(cast[person])
    assert client.get(reverse("cases")).status_code == 403
    assert client.get(reverse("case", args=[two[0].pk])).status_code == 403


def test_a_case_of_another_site_looks_like_one_that_does_not_exist(cast, two, signed_in) -> None:
    client = signed_in(cast.alice)
    foreign, absent = (client.get(reverse("case", args=[pk])) for pk in (two[1].pk, uuid.uuid4()))
    assert foreign.status_code == absent.status_code == 404
    assert b"HOU" not in foreign.content


def test_search_and_site_narrow_the_list_and_stay_in_the_address(cast, many, signed_in) -> None:
    client = signed_in(cast.carol)
    text = page(client, q="c-000", site="HOU")
    assert "C-0001" in text
    assert "C-0000" not in text
    assert "C-0011" not in text
    assert 'value="c-000"' in text
    assert '<option value="HOU" selected>' in text
    assert "No case fits" in page(client, q="none")


def test_a_site_that_is_not_ones_own_cannot_be_asked_for(cast, many, signed_in) -> None:
    client = signed_in(cast.alice)
    foreign, absent = (client.get(reverse("cases"), {"site": code}).context["cases"] for code in ("HOU", "NONE"))
    assert foreign == absent
    assert "Houston" not in page(client, site="HOU")


def test_the_pages_follow_each_other_without_gap_or_repeat(cast, many, signed_in) -> None:
    client, after, seen = signed_in(cast.dana), "", []
    for _page in range(3):
        response = client.get(reverse("cases"), {"after": after} if after else {})
        seen += [case.study_id for case in response.context["cases"]]
        after = response.context["following"]
    assert after is None
    assert seen == [f"C-{number:04d}" for number in range(120)]


def test_going_on_from_a_foreign_case_is_like_going_on_from_none(cast, many, signed_in) -> None:
    client = signed_in(cast.alice)
    with acting_as_system("tests", reason="looking on"):
        foreign = Patient.objects.filter(site=cast.hou).last()
    listed = [client.get(reverse("cases"), {"after": pk}).context["cases"] for pk in (foreign.pk, uuid.uuid4(), "x")]
    assert listed[0] == listed[1] == listed[2]


def test_the_case_shows_every_topic_with_units_and_days_and_never_the_identity(cast, two, signed_in) -> None:
    text = page(signed_in(cast.alice), "case", two[0].pk)
    for words in ("Infusion courses", "CRS episodes", "Laboratory results", "axi", "2021-03-16", "day 0", "mg/kg/d"):
        assert words in text
    assert "sevilla_cause_other" in text
    for identity in ("local_record_number", "sevilla_given_name", "sevilla_family_name", "Date of birth"):
        assert identity not in text


def test_why_a_value_is_missing_stands_in_its_place(cast, two, signed_in) -> None:
    with acting_as_system("tests", reason="a missing value"):
        InfusionCourse.objects.filter(patient=two[0]).update(kps=None, missing={"kps": "ND"})
    assert '<abbr class="missing" title="not done">ND</abbr>' in page(signed_in(cast.alice), "case", two[0].pk)


def test_numbers_are_written_as_the_language_does(cast, two, signed_in) -> None:
    with acting_as_system("tests", reason="a weight"):
        InfusionCourse.objects.filter(patient=two[0]).update(weight_kg="71.50")
        type(cast.alice).objects.filter(pk=cast.alice.pk).update(language="es")
    assert "71,5 kg" in page(signed_in(cast.alice), "case", two[0].pk)


def test_a_case_without_a_course_is_shown_all_the_same(cast, signed_in) -> None:
    with acting_as_system("tests", reason="a bare case"):
        bare = Patient.objects.create(site=cast.sev, study_id="BARE")
    assert "Nothing recorded." in page(signed_in(cast.alice), "case", bare.pk)
    assert "BARE" in page(signed_in(cast.alice))


def test_an_empty_registry_leads_those_who_upload_to_the_upload(cast, signed_in) -> None:
    assert reverse("upload_new") in page(signed_in(cast.alice))
    assert reverse("upload_new") not in page(signed_in(cast.ivan))


def _queries(client, address) -> int:
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as counted:
        assert client.get(address).status_code == 200
    return len(counted)


def test_a_case_costs_as_many_queries_with_a_hundred_rows_as_with_one(cast, two, signed_in) -> None:
    client, address = signed_in(cast.alice), reverse("case", args=[two[0].pk])
    before = _queries(client, address)
    _add_rows(two[0])
    assert _queries(client, address) == before


def _add_rows(patient: Patient) -> None:
    with acting_as_system("tests", reason="more rows"):
        course = InfusionCourse.objects.get(patient=patient)
        place = {"site": patient.site, "course": course}
        LabResult.objects.bulk_create(
            LabResult(
                **place,
                analyte="FERRITIN",
                sampled_on=INFUSED.replace(month=5, day=1 + n % 28),
                sampled_at=f"{n // 28:02d}:00",
            )
            for n in range(100)
        )
        CrsEpisode.objects.bulk_create(CrsEpisode(**place, crs_no=10 + n) for n in range(10))


def test_a_list_costs_as_many_queries_with_fifty_rows_as_with_one(cast, two, signed_in) -> None:
    client = signed_in(cast.dana)
    before = _queries(client, reverse("cases"))
    for number in range(20):
        with acting_as_system("tests", reason="more cases"):
            patient = Patient.objects.create(site=cast.sev, study_id=f"X-{number}")
            InfusionCourse.objects.create(
                site=cast.sev, patient=patient, course_no=1, product_id="AXI", infused_on=INFUSED
            )
    assert _queries(client, reverse("cases")) == before


def test_a_panel_is_shown_to_whom_it_speaks(cast, two, signed_in, monkeypatch) -> None:
    monkeypatch.setattr("registry.web.case_panels._panels", dict(_panels))
    register_panel(
        "probe",
        "components/empty.html",
        lambda request, patient: {"text": f"probe {patient.study_id}"} if request.user == cast.alice else None,
    )
    assert "probe SEV-0001" in page(signed_in(cast.alice), "case", two[0].pk)
    assert "probe" not in page(signed_in(cast.ivan), "case", two[0].pk)
