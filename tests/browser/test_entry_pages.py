"""Entry pages in a real browser: accessible in both languages, whole at each width, usable without scripts."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from registry.metadata.forms import FORMS
from registry.models import CrsAssessment, CrsEpisode, Draft, InfusionCourse, Patient
from sites.context import acting_as_system
from tests.cast import PASSWORD
from tests.factories.files import create_products
from tests.factories.whole_case import whole_case

INFUSED = dt.date(2025, 3, 11)
TEMPERATURE = "crs_assessment-0-temp_max_c"


@pytest.fixture
def whole(stage):
    return whole_case(stage.sev, "SEV-0001", words="words", judge=stage.judy)


@pytest.fixture
def episode(stage):
    """An episode of five days with one assessment."""
    create_products()
    with acting_as_system("tests", reason="an episode"):
        patient = Patient.objects.create(site=stage.sev, study_id="SEV-0017")
        course = InfusionCourse.objects.create(
            site=stage.sev, patient=patient, course_no=1, infused_on=INFUSED, product_id="AXI"
        )
        days = {"onset_on": INFUSED + dt.timedelta(1), "resolved_on": INFUSED + dt.timedelta(5), "is_resolved": True}
        episode = CrsEpisode.objects.create(site=stage.sev, course=course, crs_no=1, **days)
        CrsAssessment.objects.create(
            site=stage.sev, episode=episode, assessed_on=INFUSED + dt.timedelta(1), temp_max_c="38.4"
        )
    return episode


def address(episode) -> str:
    return reverse("case_form_row", args=[episode.course.patient_id, "crs_episode", episode.pk])


@pytest.mark.slow
@pytest.mark.parametrize("half", [0, 1])
def test_every_form_is_accessible_to_enter_and_to_read(stage, whole, open_as, inspect, page, half) -> None:
    for form in FORMS[half::2]:
        open_as(stage.alice, reverse("case_form", args=[whole.pk, form.code]))
        inspect(f"entry-{form.code}")
    page.set_viewport_size({"width": 1366, "height": 700})
    open_as(stage.ivan, reverse("case_form", args=[whole.pk, FORMS[4 + half].code]))
    inspect(f"entry-read-{half}")


def test_the_pages_around_the_forms_are_accessible(stage, whole, open_as, inspect) -> None:
    for name, url in {
        "case": reverse("case", args=[whole.pk]),
        "identity-enter": reverse("identity_entry", args=[whole.pk]),
        "worksheet": reverse("worksheet", args=["crs_episode"]),
        "new-episode": reverse("case_form_new", args=[whole.pk, "icans_episode"]),
        "delete": _delete_address(whole),
    }.items():
        open_as(stage.alice, url)
        inspect(name)


def _delete_address(patient) -> str:
    with acting_as_system("tests", reason="look"):
        episode = CrsEpisode.objects.filter(course__patient=patient).first()
    return reverse("case_form_delete", args=[patient.pk, "crs_episode", episode.pk])


def test_what_cannot_be_saved_is_announced_and_accessible(stage, episode, open_as, inspect, page) -> None:
    open_as(stage.alice, address(episode))
    page.fill(f'[name="{TEMPERATURE}"]', "warm")
    page.keyboard.press("Control+s")
    summary = page.locator("[data-error-summary]")
    summary.wait_for()
    assert page.evaluate("document.activeElement.matches('[data-error-summary]')")
    assert page.input_value(f'[name="{TEMPERATURE}"]') == "warm"
    summary.locator("a").first.click()
    assert page.evaluate("document.activeElement.name") == TEMPERATURE
    inspect("entry-errors")


def test_two_people_see_both_values_and_choose(stage, episode, open_as, inspect, page) -> None:
    open_as(stage.alice, address(episode))
    with acting_as_system("tests", reason="somebody else"):
        row = CrsAssessment.objects.get()
        row.temp_max_c, row.version = "39.9", row.version + 1
        row.save()
    page.fill(f'[name="{TEMPERATURE}"]', "38.8")
    page.keyboard.press("Control+s")
    page.locator(".choices").wait_for()
    assert "38" in page.locator(".choices").inner_text()
    inspect("entry-choices")
    page.set_viewport_size({"width": 1366, "height": 700})
    page.check('.choices input[value="mine"]')
    page.keyboard.press("Control+s")
    page.locator(".message--success").wait_for()
    with acting_as_system("tests", reason="look"):
        assert str(CrsAssessment.objects.get().temp_max_c) == "38.8"


def test_a_draft_survives_a_closed_window_and_a_new_sign_in(stage, episode, open_as, page) -> None:
    open_as(stage.alice, address(episode))
    page.fill(f'[name="{TEMPERATURE}"]', "39.1")
    page.locator(".state--saved").wait_for(timeout=10_000)
    with acting_as_system("tests", reason="look"):
        assert Draft.objects.get().typed[TEMPERATURE] == "39.1"
    open_as(stage.alice, address(episode))
    assert page.input_value(f'[name="{TEMPERATURE}"]') == "39.1"
    assert page.locator(".draft-note").is_visible()


def test_the_page_stays_whole_at_200_percent(stage, episode, open_as, page) -> None:
    open_as(stage.alice, address(episode))
    page.set_viewport_size({"width": 683, "height": 384})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    for part in (".casebar", ".entry-savebar"):
        assert page.evaluate(f"getComputedStyle(document.querySelector('{part}')).position") == "static"


@pytest.mark.parametrize("locale", ["en-GB"], indirect=True)
def test_forms_and_grid_rows_save_without_scripts(stage, episode, browser, live_server) -> None:
    from django.test import Client

    client = Client()
    client.force_login(stage.alice)
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1366, "height": 700})
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = context.new_page()
    page.goto(live_server.url + address(episode))
    page.fill('[name="crs_assessment-1-temp_max_c"]', "39.5")
    page.select_option('[name="crs_assessment-1-oxygen"]', "LOW_FLOW")
    page.fill('[name="crs_episode-0-max_grade"]', "2")
    page.click('button[value="more-crs_assessment"]')
    assert page.locator("tr[data-row]").count() == 12
    assert page.input_value('[name="crs_assessment-1-temp_max_c"]') == "39.5"
    page.click("button[data-save]")
    context.close()
    with acting_as_system("tests", reason="look"):
        assert [str(row.temp_max_c) for row in CrsAssessment.objects.order_by("assessed_on")] == ["38.4", "39.5"]
        assert CrsEpisode.objects.get().max_grade == 2


@pytest.mark.parametrize("locale", ["en-GB"], indirect=True)
def test_what_is_typed_outlives_a_sign_in_that_ended_and_is_kept_after_the_next_one(
    stage, episode, open_as, page, live_server
) -> None:
    open_as(stage.alice, reverse("home"))
    # A page of its own: Chromium notes the refused draft on its console, which is what is meant to happen here.
    form = page.context.new_page()
    form.goto(live_server.url + address(episode))
    page.context.clear_cookies()
    form.fill(f'[name="{TEMPERATURE}"]', "39.1")
    form.locator(".state--failed").wait_for(timeout=10_000)
    page.goto(live_server.url + reverse("account_login"))
    page.fill("#id_login", "alice@example.org")
    page.fill("#id_password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    form.bring_to_front()
    form.evaluate("window.dispatchEvent(new Event('focus'))")
    form.locator(".state--saved").wait_for(timeout=20_000)
    form.keyboard.press("Control+s")
    form.locator(".message--success").wait_for()
    with acting_as_system("tests", reason="look"):
        assert str(CrsAssessment.objects.get().temp_max_c) == "39.1"
