"""Cases, the work list, a new case, identity and linkage in a real browser, in both languages."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from registry.models import (
    CaseLock,
    CrsAssessment,
    CrsEpisode,
    Draft,
    FormStatus,
    InfusionCourse,
    LinkageCase,
    NoneOccurred,
    Patient,
    PatientIdentity,
)
from registry.services.linkage import compare_all
from registry.services.signatures import case_sign
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


@pytest.fixture
def ward(stage):
    """Cases in every standing, for pages as full as a ward's."""
    create_products()
    today = timezone.localdate()
    with acting_as_system("tests", reason="a ward"):
        for number in range(60):
            site = (stage.sev, stage.sev, stage.hou)[number % 3]
            patient = Patient.objects.create(
                site=site,
                study_id=f"{site.code}-{number:04d}",
                sex="FEMALE",
                age_at_infusion=61 if number % 2 else None,
            )
            course = InfusionCourse.objects.create(
                site=site,
                patient=patient,
                course_no=1,
                infused_on=today - dt.timedelta(days=20 + 3 * number),
                product_id=("AXI", "TISA")[number % 2],
            )
            _stand(stage, patient, course, number)
    return stage


def _stand(stage, patient, course, number: int) -> None:
    place, now = {"site": patient.site, "patient": patient}, timezone.now()
    if number % 4:
        episode = CrsEpisode.objects.create(site=patient.site, course=course, crs_no=1)
        for day in range(number % 7):
            CrsAssessment.objects.create(
                site=patient.site, episode=episode, assessed_on=course.infused_on + dt.timedelta(days=day)
            )
    else:
        NoneOccurred.objects.create(**place, topic="crs_episode", said_at=now, said_by=stage.alice)
    for code in ("patient", "disease", "infusion_course")[: number % 4]:
        FormStatus.objects.create(**place, topic=code, completed_at=now, completed_by=stage.alice)
    if number % 6 == 1:
        Draft.objects.create(**place, owner=stage.alice, form="lab", saved_at=now - dt.timedelta(hours=number))
    if number % 17 == 3:
        CaseLock.objects.create(**place, reason="freeze", locked_by=stage.dana)
    if number % 11 == 4:
        case_sign(patient=patient, by=stage.ivan) if patient.site == stage.sev else None


@pytest.mark.parametrize("person", ["alice", "carol", "dana"])
def test_the_list_of_cases_is_accessible(ward, open_as, inspect, person) -> None:
    page = open_as(ward[person], reverse("cases") + "?sort=-infused_on")
    inspect(f"cases-{person}")
    page.set_viewport_size({"width": 683, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_first_column_and_the_head_of_the_list_stay_in_view(ward, open_as) -> None:
    page = open_as(ward.alice, reverse("cases"))
    page.set_viewport_size({"width": 700, "height": 600})
    region = page.locator(".grid-scroll")
    region.evaluate("node => node.scrollTo(500, 400)")
    frame, head, first = region.bounding_box(), page.locator("thead th").first.bounding_box(), None
    first = page.locator("tbody th").nth(20).bounding_box()
    assert abs(head["y"] - frame["y"]) < 3
    assert abs(head["x"] - frame["x"]) < 3
    assert abs(first["x"] - frame["x"]) < 3


def test_whatever_takes_the_focus_in_the_list_is_not_under_its_head(ward, open_as) -> None:
    page = open_as(ward.alice, reverse("cases"))
    page.set_viewport_size({"width": 1024, "height": 600})
    region = page.locator(".grid-scroll")
    region.evaluate("node => node.scrollTo(500, 600)")
    for row, cell in ((3, 0), (6, 4), (2, 14)):
        link = page.locator("tbody tr").nth(row).locator("a").nth(cell)
        link.focus()
        box, top = link.bounding_box(), page.locator("thead th").nth(5).bounding_box()
        assert box["y"] >= top["y"] + top["height"] - 1
        if cell:
            column = page.locator("tbody th").nth(row).bounding_box()
            assert box["x"] >= column["x"] + column["width"] - 1


def test_an_empty_list_is_accessible(stage, open_as, inspect) -> None:
    open_as(stage.alice, reverse("cases"))
    inspect("cases-empty")
    open_as(stage.alice, reverse("cases") + "?q=zz&standing=open")
    inspect("cases-none")


@pytest.mark.parametrize("person", ["alice", "ivan", "dana"])
def test_the_work_list_is_accessible(ward, open_as, inspect, person) -> None:
    open_as(ward[person], "/")
    inspect(f"home-{person}")


def test_a_case_is_entered_by_keyboard_after_a_look_at_its_double(ward, open_as, inspect) -> None:
    page = open_as(ward.alice, reverse("case_new"))
    inspect("case-new")
    today = timezone.localdate() - dt.timedelta(days=20)
    page.locator("#id_study_id").focus()
    for text in ("SEV-0000", today.strftime("%d/%m/%Y"), "AXI", "NHC 1"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator("[data-error-summary]").evaluate("node => node === document.activeElement")
    inspect("case-new-recorded")
    page.locator("#id_study_id").fill("SEV-9999")
    page.locator("#id_study_id").press("Enter")
    inspect("case-new-alike")
    page.locator("button[value=anyway]").click()
    page.wait_for_url("**/cases/*-*/**")


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
