"""The same patient at two sites: found in the background, seen by data managers alone."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from registry.models import InfusionCourse, LinkageCase, LinkageState, LinkageToken, Patient, PatientIdentity
from registry.selectors.linkage import linkage_cases
from registry.services.linkage import compare, compare_all, linkage_decide
from registry.tasks import linkage_compare, linkage_compare_all
from sites.audit import event_model_of
from sites.context import acting_as, acting_as_system
from tests.cast import Cast
from tests.factories.files import create_products
from tests.tokens import without_random

BORN = dt.date(1958, 3, 16)
INFUSED = dt.date(2021, 6, 10)


def case(site, study_id: str, *, sex: str = "FEMALE", infused: dt.date | None = None, **identity) -> Patient:
    with acting_as_system("tests", reason="a case"):
        patient = Patient.objects.create(site=site, study_id=study_id, sex=sex)
        if infused:
            InfusionCourse.objects.create(site=site, patient=patient, course_no=1, infused_on=infused, product_id="AXI")
        PatientIdentity.objects.create(site=site, patient=patient, **{"birth_date": BORN} | identity)
    return patient


def open_cases() -> list[tuple[str, str]]:
    with acting_as_system("tests", reason="look"):
        return list(LinkageCase.objects.filter(state=LinkageState.OPEN).values_list("matched_on", "first_site__code"))


@pytest.fixture
def pair(cast: Cast) -> tuple[Patient, Patient]:
    create_products()
    return case(cast.sev, "S-1", infused=INFUSED), case(cast.hou, "H-1", infused=INFUSED)


@pytest.fixture
def linkage(pair) -> LinkageCase:
    compare([pair[0].pk])
    compare([pair[1].pk])
    with acting_as_system("tests", reason="look"):
        return LinkageCase.objects.get()


def test_the_same_birth_sex_and_infusion_open_one_case(cast: Cast, pair, linkage):
    assert {linkage.first_patient, linkage.second_patient} == {patient.pk for patient in pair}
    assert linkage.matched_on == "INFUSION"
    assert compare_all() == 0


def test_the_task_by_patient_and_the_nightly_one_find_the_same(cast: Cast, pair):
    linkage_compare([str(pair[0].pk)])
    assert not open_cases()
    linkage_compare_all()
    assert len(open_cases()) == 1


def test_a_surname_spelled_otherwise_is_found(cast: Cast):
    case(cast.sev, "S-1", family_name="García Márquez")
    case(cast.hou, "H-1", family_name="Garcia")
    assert compare_all() == 1
    assert [kind for kind, _site in open_cases()] == ["NAME"]


@pytest.mark.parametrize(
    "other",
    [{"birth_date": dt.date(1958, 3, 17)}, {"sex": "MALE"}, {"infused": dt.date(2021, 6, 11)}, {"birth_date": None}],
)
def test_what_differs_in_one_fact_is_not_linked(cast: Cast, other):
    create_products()
    case(cast.sev, "S-1", infused=INFUSED)
    case(cast.hou, "H-1", **{"infused": INFUSED} | other)
    assert compare_all() == 0


def test_two_cases_of_one_site_are_no_linkage(cast: Cast):
    create_products()
    case(cast.sev, "S-1", infused=INFUSED)
    case(cast.sev, "S-2", infused=INFUSED)
    assert compare_all() == 0


def test_a_corrected_mistake_withdraws_the_open_case_and_not_a_decision(cast: Cast, pair, linkage):
    with acting_as_system("tests", reason="typing error"):
        identity = PatientIdentity.objects.get(patient=pair[0])
        identity.birth_date = dt.date(1959, 3, 16)
        identity.save()
    compare([pair[0].pk])
    assert not open_cases()
    with acting_as_system("tests", reason="look"):
        assert {event.pgh_label for event in event_model_of(LinkageCase).objects.all()} == {"insert", "delete"}


def test_a_decision_needs_a_reason_and_stands(cast: Cast, pair, linkage):
    with pytest.raises(ValidationError):
        linkage_decide(linkage, state=LinkageState.DIFFERENT, reason=" ", by=cast.dana)
    linkage_decide(linkage, state=LinkageState.DIFFERENT, reason="both sites checked their charts", by=cast.dana)
    assert compare_all() == 0
    assert not open_cases()
    with acting_as(cast.dana):
        decided = linkage_cases(cast.dana).get()
    assert (decided.state, decided.decided_by) == (LinkageState.DIFFERENT, cast.dana)


@pytest.mark.parametrize("name", ["alice", "bob", "carol", "ivan", "judy", "adam", "eve"])
def test_nobody_but_data_managers_sees_or_decides(cast: Cast, linkage, name: str, signed_in):
    person = cast[name]
    with acting_as(person):
        assert not linkage_cases(person).exists()
    with pytest.raises(PermissionDenied):
        linkage_decide(linkage, state=LinkageState.SAME, reason="x", by=person)
    for url in (reverse("linkages"), reverse("linkage", args=[linkage.pk])):
        assert signed_in(person).get(url).status_code == 403


def test_a_site_that_deletes_its_case_is_not_stopped(cast: Cast, pair, linkage):
    with acting_as(cast.alice, reason="entered by mistake"):
        Patient.objects.get(pk=pair[0].pk).delete()
    compare_all()
    assert not open_cases()
    with acting_as_system("tests", reason="look"):
        assert LinkageToken.objects.count() == 1


def test_the_data_manager_decides_on_the_page(cast: Cast, pair, linkage, signed_in):
    client = signed_in(cast.dana)
    assert "pair of cases may be one patient" in client.get(reverse("home")).content.decode()
    listed = client.get(reverse("linkages"))
    assert all(study_id in listed.content.decode() for study_id in ("S-1", "H-1"))
    assert "no-store" in listed["Cache-Control"]
    url = reverse("linkage", args=[linkage.pk])
    assert "1958" not in without_random(client.get(url).content.decode())
    assert client.post(url, {"state": "SAME", "reason": ""}).status_code == 200
    assert client.post(url, {"state": "SAME", "reason": "transferred"}).status_code == 302
    assert "transferred" in client.get(url).content.decode()
    assert client.get(reverse("linkage", args=[pair[0].pk])).status_code == 404


def test_the_list_says_when_there_is_nothing(cast: Cast, signed_in):
    page = signed_in(cast.dana).get(reverse("linkages")).content.decode()
    assert "No two cases of different sites look like the same patient." in page


@pytest.mark.parametrize(("name", "pairs", "tokens"), [("alice", 0, 1), ("bob", 0, 1), ("dana", 1, 2)])
def test_the_database_shows_a_pair_to_no_single_site(cast: Cast, pair, linkage, name: str, pairs: int, tokens: int):
    with acting_as(cast[name], reason="past the pages"):
        assert LinkageCase.objects.count() == event_model_of(LinkageCase).objects.count() == pairs
        assert LinkageCase.objects.update(reason="changed") == pairs
        assert LinkageToken.objects.count() == tokens
