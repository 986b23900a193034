"""The identity on the pages: asked for with a reason, shown once, logged, and nowhere else."""

from __future__ import annotations

import datetime as dt
import time
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from registry.models import Patient, PatientIdentity
from sites.context import acting_as_system
from sites.models import AccessLog
from tests.cast import Cast


@pytest.fixture
def patient(cast: Cast) -> Patient:
    with acting_as_system("tests", reason="a case"):
        patient = Patient.objects.create(site=cast.sev, study_id="S-1", sex="FEMALE")
        PatientIdentity.objects.create(
            site=cast.sev, patient=patient, local_record_number="NHC-77", birth_date=dt.date(1958, 3, 16)
        )
    return patient


@pytest.fixture
def proved(signed_in):
    """Make a client that has just proved who it is."""

    def make(person) -> Client:
        client = signed_in(person)
        session = client.session
        session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
        session["account_authentication_methods_user"] = str(person.pk)
        session.save()
        return client

    return make


def reads() -> int:
    with acting_as_system("tests", reason="look"):
        return AccessLog.objects.filter(kind="IDENTITY_REVEALED").count()


@pytest.mark.parametrize("name", ["alice", "ivan", "carol"])
def test_the_own_site_sees_it_after_a_reason_once(cast: Cast, patient, proved, name: str):
    client, url = proved(cast[name]), reverse("identity", args=[patient.pk])
    assert url in client.get(reverse("case", args=[patient.pk])).content.decode()
    asked = client.get(url)
    assert "NHC-77" not in asked.content.decode()
    refused = client.post(url, {"reason": " "})
    assert "NHC-77" not in refused.content.decode()
    assert reads() == 0
    shown = client.post(url, {"reason": "paper record"})
    assert all(value in shown.content.decode() for value in ("NHC-77", "1958-03-16"))
    assert "no-store" in shown["Cache-Control"]
    assert reads() == 1
    assert "NHC-77" not in client.get(url).content.decode()


def test_whoever_has_not_just_proved_who_they_are_is_asked(cast: Cast, patient, proved):
    client, url = proved(cast.alice), reverse("identity", args=[patient.pk])
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() - 3600}]
    session.save()
    answer = client.post(url, {"reason": "paper record"})
    assert answer.status_code == 302
    assert reverse("account_reauthenticate") in answer["Location"]
    assert reads() == 0


@pytest.mark.parametrize(("name", "status"), [("bob", 404), ("dana", 403), ("judy", 403), ("adam", 403), ("eve", 403)])
def test_nobody_else(cast: Cast, patient, proved, name: str, status: int):
    client = proved(cast[name])
    foreign, absent = (reverse("identity", args=[key]) for key in (patient.pk, uuid4()))
    for method in (client.get, client.post):
        assert method(foreign, {"reason": "curious"}).status_code == status
        assert method(absent, {"reason": "curious"}).status_code == status
    assert reads() == 0


@pytest.mark.parametrize("name", ["alice", "ivan", "dana"])
def test_no_other_page_shows_it(cast: Cast, patient, proved, name: str):
    client = proved(cast[name])
    for url in (reverse("case", args=[patient.pk]), reverse("cases"), reverse("home")):
        page = client.get(url).content.decode()
        assert "NHC-77" not in page
        assert "1958-03-16" not in page


def test_a_case_without_identity_says_so(cast: Cast, proved):
    with acting_as_system("tests", reason="a case"):
        bare = Patient.objects.create(site=cast.sev, study_id="S-2")
    page = proved(cast.alice).post(reverse("identity", args=[bare.pk]), {"reason": "look"})
    assert "No identity is recorded for this case." in page.content.decode()
