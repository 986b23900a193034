"""The pages of checks in a real browser: accessible, and a threshold is tried out, moved and run by clicks alone."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from registry import intake
from registry.checks.settings import settings_now
from registry.models import CheckRun, Patient, RunCause, RunState
from registry.services.check_runs import run_claimed, run_here
from registry.services.check_settings import check_set
from sites.context import acting_as
from tests.factories.files import create_products, one_case
from tests.integration.checks.case_of import Case, day

LATE, LAB = "DT12_CRS_LATE", "LB01_RANGE_S"


@pytest.fixture
def late(stage):
    """Late CRS at two hospitals, asked about, and one that would be late under another threshold."""
    for number, (site, onset) in enumerate(((stage.sev, 30), (stage.hou, 40), (stage.sev, 12)), 2):
        made = Case(site)
        with acting_as(stage.carol):
            Patient.objects.filter(pk=made.patient.pk).update(study_id=f"{site.code}-{number:04}")
        made.add("crs_episode", onset_on=day(onset))
    run_here(site=None)


def test_the_list_is_accessible_and_fits(stage, late, open_as, inspect, page) -> None:
    check_set(code=LAB, is_on=False, thresholds={}, reason="until the laboratories have answered", by=stage.dana)
    open_as(stage.dana, reverse("checks"))
    inspect("checks")
    page.locator("#q").fill("crs")
    page.locator("form[role=search] button").click()
    assert "q=crs" in page.url
    page.locator(".checks__code a").filter(has_text=LATE).click()
    assert page.url.endswith(reverse("check", args=[LATE]))


@pytest.mark.parametrize("code", [LATE, LAB, "OU02_CAUSE_LOCK", "WAITING"])
def test_the_page_of_a_check_is_accessible_and_fits(stage, late, open_as, inspect, code) -> None:
    open_as(stage.dana, reverse("check", args=[code]))
    inspect(f"check-{code.lower()}")


def test_a_threshold_is_tried_out_and_moved_with_a_reason(stage, late, open_as, inspect, page) -> None:
    open_as(stage.dana, reverse("check", args=[LATE]))
    page.locator("#id_days").fill("10")
    page.locator("form[method=get] button").click()
    assert "days=10" in page.url
    assert page.locator("#proposal tfoot td.number").nth(2).inner_text() == "1"
    inspect("check-dry-run")
    page.locator("#proposal form button").click()
    assert page.locator("#id_reason:invalid").count() == 1, "the reason is asked for"
    page.locator("#id_reason").fill("agreed")
    page.locator("#proposal form button").click()
    page.locator(".message--success").wait_for()
    inspect("check-saved")
    assert settings_now().thresholds[LATE]["days"] == 10


def test_what_cannot_be_is_told_at_its_field(stage, late, open_as, inspect, page) -> None:
    open_as(stage.dana, reverse("check", args=[LATE]) + "?dry=run&is=on&days=soon")
    assert page.locator("#id_days").input_value() == "soon"
    assert page.locator("#id_days_error").is_visible()
    inspect("check-refused")


def test_a_run_is_asked_for_and_the_page_follows_it_to_its_end(stage, late, open_as, inspect, page) -> None:
    open_as(stage.dana, reverse("check_runs"))
    inspect("check-runs")
    page.locator("#id_site").select_option("SEV")
    page.locator("form.checks__run button").click()
    page.locator("#run progress").wait_for()
    run = CheckRun.objects.filter(state=RunState.QUEUED).get()
    CheckRun.objects.filter(pk=run.pk).update(state=RunState.RUNNING, done=3, total=9, started_at=timezone.now())
    page.locator("#run progress[max='9']").wait_for()
    inspect("check-run-running")
    CheckRun.objects.filter(pk=run.pk).update(
        state=RunState.FAILED, error_reference="c0ffee42", finished_at=timezone.now()
    )
    page.locator("#run code").wait_for()
    assert page.locator("#run[hx-get]").count() == 0, "it asks no more"
    inspect("check-run-failed")
    page.locator("#run form button").click()
    page.locator("#run progress").wait_for()
    again = CheckRun.objects.filter(state=RunState.QUEUED).get()
    assert (again.about_site, again.cause) == (stage.sev, RunCause.ASKED)
    CheckRun.objects.filter(pk=again.pk).update(
        state=RunState.DONE, done=1, total=1, started_at=timezone.now(), finished_at=timezone.now()
    )
    page.locator("#run .message--success").wait_for()
    inspect("check-run-done")


def test_the_page_of_an_upload_follows_the_checks_to_their_end(stage, open_as, inspect, page) -> None:
    create_products()
    upload = intake.submit(site=stage.sev, by=stage.alice, files=one_case(), commit=True)
    intake.run(upload.pk)
    open_as(stage.alice, reverse("upload", args=[upload.pk]))
    assert page.locator("#upload-checks[hx-get]").count() == 1
    run = CheckRun.objects.get(cause=RunCause.UPLOAD)
    run_claimed(run.pk)
    CheckRun.objects.filter(pk=run.pk).update(opened=4)
    page.locator("#upload-checks a").wait_for()
    assert page.locator("#upload-checks[hx-get]").count() == 0, "it asks no more"
    inspect("check-upload")
