"""Cases, identity and linkage in a real browser, in both languages."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from registry.models import InfusionCourse, LinkageCase, Patient, PatientIdentity
from registry.services.linkage import compare_all
from sites.context import acting_as_system
from tests.factories.files import create_products

BORN, INFUSED = dt.date(1958, 3, 16), dt.date(2021, 6, 10)


@pytest.fixture
def pair(stage):
    """The same invented patient at two sites."""
    create_products()
    with acting_as_system("tests", reason="two cases"):
        found = []
        for site, study_id in ((stage.sev, "S-1"), (stage.hou, "H-1")):
            patient = Patient.objects.create(site=site, study_id=study_id, sex="FEMALE")
            InfusionCourse.objects.create(site=site, patient=patient, course_no=1, infused_on=INFUSED, product_id="AXI")
            PatientIdentity.objects.create(
                site=site, patient=patient, birth_date=BORN, local_record_number=f"NHC-{study_id}"
            )
            found.append(patient)
    assert compare_all() == 1
    return found


@pytest.mark.parametrize("person", ["alice", "carol", "dana"])
def test_the_list_of_cases_is_accessible(stage, pair, open_as, inspect, person) -> None:
    open_as(stage[person], reverse("cases"))
    inspect(f"cases-{person}")


def test_asking_for_an_identity_is_accessible(stage, pair, open_as, inspect) -> None:
    open_as(stage.alice, reverse("identity", args=[pair[0].pk]))
    inspect("identity-ask")


def test_linkage_is_accessible(stage, pair, open_as, inspect) -> None:
    open_as(stage.dana, reverse("linkages"))
    inspect("linkages")
    with acting_as_system("tests", reason="look"):
        waiting = LinkageCase.objects.get()
    open_as(stage.dana, reverse("linkage", args=[waiting.pk]))
    inspect("linkage")
