"""Requests for data in a real browser: written by keyboard, counted as one chooses, submitted, talked about."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from exports import services
from exports.models import DataRequest, ExportJob, FeasibilityBasis, JobState, RequestState
from sites.context import acting_as
from tests.integration.test_request_pages import released, submitted_by

GROUPS = [
    {"size": 14, "levels": {"PROD": "AXI", "FUPDAYS": "90"}},
    {"size": 18, "levels": {"PROD": "LISO", "FUPDAYS": "28"}},
]


@pytest.fixture
def counted(stage) -> None:
    FeasibilityBasis.objects.create(made_at=timezone.now(), group_size=11, groups=GROUPS)


def chosen(page, sheet: str) -> str:
    return page.locator(f'details:has([value="{sheet}"]) [data-chosen]').first.inner_text()


def test_a_request_is_written_by_keyboard_and_counted_while_one_chooses(
    stage, counted, open_as, inspect, page, locale
) -> None:
    open_as(stage.ivan, reverse("request_new"))
    inspect("request-new")
    page.locator("#id_title").focus()
    page.keyboard.type("Dose and resolution")
    page.keyboard.press("Tab")
    page.keyboard.type("Whether a higher dose shortens ICANS.")
    product = page.locator("details[data-criterion]:has([name=PROD])")
    product.locator("summary").focus()
    page.keyboard.press("Enter")
    product.locator("[value=AXI]").focus()
    page.keyboard.press("Space")
    page.locator("#feasibility strong", has_text="15").wait_for()
    assert "1" in product.locator("[data-chosen]").inner_text()
    page.locator("#id_FUPDAYS").select_option("180")
    page.locator("#feasibility strong", has_text="11").wait_for()
    page.locator("#id_FUPDAYS").select_option("28")
    page.locator("#feasibility strong", has_text="15").wait_for()
    inspect("request-counted")
    page.locator('button[value="submit"]').focus()
    page.keyboard.press("Enter")
    page.locator("[data-error-summary]").wait_for()
    assert page.locator("[data-error-summary]").evaluate("box => box === document.activeElement")
    assert page.locator("#id_title").input_value() == "Dose and resolution"
    assert page.locator("[name=PROD][value=AXI]").is_checked()
    inspect("request-refused")
    page.locator('[data-error-summary] a[href="#id_variables"]').click()
    sheet = page.locator('details[data-sheet]:has([value="datasets.adtte"])')
    sheet.locator("summary").focus()
    page.keyboard.press("Enter")
    sheet.locator("[data-whole]").focus()
    page.keyboard.press("Space")
    page.locator("#id_approval_reference").fill("CEI 2026/17")
    page.locator("#id_agreement_reference").fill("DUA-7")
    page.locator('button[value="submit"]').focus()
    page.keyboard.press("Enter")
    page.locator("#steps").wait_for()
    asked = DataRequest.objects.get()
    assert asked.state == RequestState.SUBMITTED
    assert asked.selection == {"tables": {}, "datasets": {"adtte": "*"}}
    assert asked.cohort == {"FUPDAYS": {"min": 28}, "PROD": {"in": ["AXI"]}}
    inspect("request-submitted")


def test_a_whole_group_is_one_choice_and_gives_back_what_was_ticked_before(stage, open_as, inspect, page) -> None:
    open_as(stage.ivan, reverse("request_new"))
    sheet = page.locator('details[data-sheet]:has([value="datasets.adsl"])')
    sheet.locator("summary").click()
    sheet.locator('[value="datasets.adsl.AGE"]').check()
    said = sheet.locator("[data-chosen]")
    assert "1" in said.inner_text()
    sheet.locator("[data-whole]").check()
    assert sheet.locator('[value="datasets.adsl.SEX"]').is_checked()
    assert sheet.locator('[value="datasets.adsl.SEX"]').is_disabled()
    assert "1" not in said.inner_text()
    inspect("request-variables")
    sheet.locator("[data-whole]").uncheck()
    assert sheet.locator('[value="datasets.adsl.AGE"]').is_checked()
    assert not sheet.locator('[value="datasets.adsl.SEX"]').is_checked()
    page.locator("#id_title").fill("Ages")
    page.locator('button[value="save"]').click()
    page.locator(".message--success").wait_for()
    assert DataRequest.objects.get().selection == {"tables": {}, "datasets": {"adsl": ["AGE"]}}
    assert page.locator('[value="datasets.adsl.AGE"]').is_checked()


def test_a_request_is_talked_about_followed_and_leads_to_its_release(stage, open_as, inspect, page) -> None:
    asked = submitted_by(stage.ivan)
    with acting_as(stage.dana):
        services.request_message(request=asked, text="Which doses?", by=stage.dana)
    open_as(stage.ivan, reverse("request", args=[asked.pk]))
    page.locator("form:has(#id_text) button").click()
    assert page.locator("[data-error-summary]").evaluate("box => box === document.activeElement")
    inspect("request-message-refused")
    page.locator("#id_text").fill("Those of the first day.")
    page.locator("form:has(#id_text) button").click()
    page.locator(".messages li", has_text="Those of the first day.").wait_for()
    release = released(asked, stage.dana, "PENDING")
    now = timezone.now()
    running = {"state": JobState.RUNNING, "claim": release.pk, "lease_until": now, "started_at": now}
    ExportJob.objects.update(**running, step=2, steps=6, step_words="replacing dates with day numbers")
    open_as(stage.ivan, reverse("request", args=[asked.pk]))
    assert page.locator("progress").get_attribute("value") == "2"
    inspect("request-under-way")


def test_an_approved_request_shows_its_packages_accessibly(stage, open_as, inspect) -> None:
    asked = submitted_by(stage.ivan)
    released(asked, stage.dana)
    open_as(stage.ivan, reverse("request", args=[asked.pk]))
    inspect("request-approved")


@pytest.mark.parametrize("person", ["ivan", "dana"])
def test_the_list_of_requests_is_accessible_empty_and_full(stage, open_as, inspect, person) -> None:
    open_as(stage[person], reverse("requests"))
    inspect(f"requests-{person}-empty")
    released(submitted_by(stage.ivan, "Dose and resolution"), stage.dana)
    submitted_by(stage.ivan, "Infections under anakinra")
    open_as(stage[person], reverse("requests"))
    inspect(f"requests-{person}")
