"""A new case: three fields, what is noticed before it is entered, and that nothing typed is lost."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registry.models import InfusionCourse, Patient, PatientIdentity, Product, SiteLock
from registry.services.cases import case_create
from registry.web.case_links import form_address
from sites.audit import event_model_of
from sites.context import acting_as, acting_as_system
from tests.factories.files import create_products
from tests.walls import nobody_acting

DAY = dt.date(2021, 6, 10)
GIVEN = {"study_id": "SEV-1", "infused_on": "10/6/2021", "product": "AXI"}


@pytest.fixture
def known(cast):
    """A case of Sevilla with a number of the hospital."""
    create_products()
    with acting_as(cast.alice):
        return case_create(
            site=cast.sev,
            study_id="SEV-0",
            infused_on=DAY,
            product=Product.objects.get(pk="TISA"),
            local_record_number="NHC 77",
            by=cast.alice,
        )


def send(client, **given):
    return client.post(reverse("case_new"), {**GIVEN, **given})


def words(response) -> str:
    return " ".join(response.content.decode().split())


def cases(cast) -> set[str]:
    with acting_as_system("tests", reason="looking on"):
        return set(Patient.objects.values_list("study_id", flat=True))


def test_three_fields_make_a_case_and_lead_to_its_first_form(cast, known, signed_in) -> None:
    response = send(signed_in(cast.alice))
    with acting_as_system("tests", reason="looking on"):
        course = InfusionCourse.objects.select_related("patient").get(patient__study_id="SEV-1")
        assert not PatientIdentity.objects.filter(patient=course.patient).exists()
    assert (course.course_no, course.infused_on, course.product_id, course.site_id) == (1, DAY, "AXI", cast.sev.pk)
    assert response.url == form_address(course.patient_id, "patient")


def test_the_number_of_the_hospital_is_kept_encrypted_beside_the_case(cast, known) -> None:
    with acting_as_system("tests", reason="looking on"):
        identity = PatientIdentity.objects.get(patient=known)
        assert identity.local_record_number == "NHC 77"
        with connection.cursor() as cursor:
            cursor.execute("SELECT local_record_number FROM registry_patientidentity")
            assert "NHC" not in str(cursor.fetchone()[0])


def test_all_of_a_case_is_written_in_one_act_of_the_person(cast, known) -> None:
    with acting_as_system("tests", reason="looking on"):
        events = [event_model_of(model).objects.get() for model in (Patient, InfusionCourse, PatientIdentity)]
    assert len({event.pgh_context_id for event in events}) == 1
    assert {event.pgh_context["user_label"] for event in events} == {"alice@example.org"}


@pytest.mark.parametrize("person", ["ivan", "dana", "adam", "judy", "eve"])
def test_only_who_enters_cases_gets_the_page(cast, known, signed_in, person) -> None:
    client = signed_in(cast[person])
    assert client.get(reverse("case_new")).status_code == send(client).status_code == 403
    assert cases(cast) == {"SEV-0"}


@pytest.mark.parametrize("person", ["bob", "ivan", "dana"])
def test_the_service_refuses_whoever_does_not_edit_at_the_site(cast, known, person) -> None:
    axi = Product.objects.get(pk="AXI")
    with nobody_acting(), pytest.raises(PermissionDenied):
        case_create(site=cast.sev, study_id="X", infused_on=DAY, product=axi, by=cast[person])


def test_who_works_at_two_sites_says_at_which(cast, known, signed_in) -> None:
    client = signed_in(cast.carol)
    assert "This field is required." in words(send(client))
    assert send(client, site=str(cast.hou.pk), infused_on="2021-06-10").status_code == 302
    with acting_as_system("tests", reason="looking on"):
        course = InfusionCourse.objects.get(patient__study_id="SEV-1")
    assert (course.site_id, course.infused_on) == (cast.hou.pk, DAY)


def test_nobody_enters_a_case_at_a_site_of_others(cast, known, signed_in) -> None:
    send(signed_in(cast.alice), site=str(cast.hou.pk))
    with acting_as_system("tests", reason="looking on"):
        assert Patient.objects.get(study_id="SEV-1").site_id == cast.sev.pk


@pytest.mark.parametrize(
    ("person", "says"),
    [
        ("alice", "Day, month, year, for"),
        ("bob", "The year first or the month in letters"),
        ("carol", "at a site in the United States"),
    ],
)
def test_the_page_says_how_the_date_is_read(cast, known, signed_in, person, says) -> None:
    assert says in words(signed_in(cast[person]).get(reverse("case_new")))


@pytest.mark.parametrize("study_id", ["SEV-0", "sev-0"])
def test_a_study_id_that_the_site_has_leads_to_its_case_and_loses_nothing(cast, known, signed_in, study_id) -> None:
    text = words(send(signed_in(cast.alice), study_id=study_id, local_record_number="N-9"))
    assert "The case SEV-0 has this study id already." in text
    assert f'href="{reverse("case", args=[known.pk])}">SEV-0</a>' in text
    for value in (study_id, "10/6/2021", "N-9"):
        assert f'value="{value}"' in text
    assert '<option value="AXI" selected>' in text


def test_another_site_may_have_the_same_study_id_and_says_nothing_of_it(cast, known, signed_in) -> None:
    assert send(signed_in(cast.bob), study_id="SEV-0", infused_on="2021-06-10", product="TISA").status_code == 302


@pytest.mark.parametrize("number", ["NHC 77", "nhc77"])
def test_a_number_of_the_hospital_that_a_case_has_leads_there(cast, known, signed_in, number) -> None:
    text = words(send(signed_in(cast.alice), local_record_number=number))
    assert "The case SEV-0 has this number already." in text
    assert reverse("case", args=[known.pk]) in text
    assert cases(cast) == {"SEV-0"}


def test_the_same_infusion_is_shown_once_and_entered_all_the_same(cast, known, signed_in) -> None:
    client = signed_in(cast.alice)
    text = words(send(client, product="TISA"))
    assert "The same infusion is recorded already" in text
    assert f'<input type="hidden" name="seen" value="{known.pk}">' in text
    assert cases(cast) == {"SEV-0"}
    assert "recorded already" in words(send(client, product="TISA", seen=str(known.pk), act="save"))
    assert send(client, product="TISA", seen=str(known.pk), act="anyway").status_code == 302
    assert cases(cast) == {"SEV-0", "SEV-1"}


def test_what_the_person_was_not_shown_is_not_entered_all_the_same(cast, known, signed_in) -> None:
    client = signed_in(cast.alice)
    assert "recorded already" in words(send(client, product="TISA", act="anyway"))
    assert "recorded already" in words(send(client, product="TISA", act="anyway", seen="another"))
    assert cases(cast) == {"SEV-0"}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"study_id": "a b"}, "A study id has up to 20 letters, digits, hyphens or underscores."),
        ({"infused_on": "yesterday"}, "date"),
        ({"infused_on": "10/6/2999"}, "future"),
        ({"infused_on": ""}, "This field is required."),
        ({"product": "NONE"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_stored_is_said_in_words_and_stays_typed(cast, known, signed_in, given, says) -> None:
    text = words(send(signed_in(cast.alice), **given))
    assert "Not saved yet" in text
    assert says in text
    assert given.get("product") or next(iter(given.values())) in text
    assert cases(cast) == {"SEV-0"}


def test_a_locked_period_of_the_site_takes_no_new_case(cast, known, signed_in) -> None:
    with acting_as_system("tests", reason="a lock"):
        SiteLock.objects.create(site=cast.sev, until_on=DAY, reason="year", locked_by=cast.dana)
    assert "Cases of this site infused up to 2021-06-10 are locked." in words(send(signed_in(cast.alice)))
    assert send(signed_in(cast.alice), infused_on="11/6/2021").status_code == 302


@pytest.mark.parametrize(
    ("given", "field"),
    [({"study_id": "SEV-0"}, "study_id"), ({"local_record_number": "NHC 77"}, "local_record_number")],
)
def test_who_was_faster_is_told_by_field_and_nothing_half_is_left(cast, known, monkeypatch, given, field) -> None:
    monkeypatch.setattr(Patient, "full_clean", lambda self: None)
    monkeypatch.setattr(PatientIdentity, "full_clean", lambda self: None)
    values = {"study_id": "SEV-2", "infused_on": DAY, "product": Product.objects.get(pk="AXI"), **given}
    with nobody_acting(), pytest.raises(ValidationError) as refused:
        case_create(site=cast.sev, by=cast.alice, **values)
    assert list(refused.value.error_dict) == [field]
    assert cases(cast) == {"SEV-0"}


def test_the_page_keeps_within_its_budget_of_queries(cast, known, signed_in) -> None:
    client = signed_in(cast.alice)
    client.get(reverse("case_new"))
    with CaptureQueriesContext(connection) as counted:
        client.get(reverse("case_new"))
    assert len(counted) <= 14
