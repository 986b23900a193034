"""The pages of releases in a real browser: new, watched while the job runs, published with all its tables, given."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from exports import services
from exports.models import ExportJob, JobState, Release, ReleaseState
from sites.context import acting_as
from tests.factories.whole_case import whole_case
from tests.integration.test_release_pages import MANIFEST, UNTIL


@pytest.fixture
def release(stage) -> Release:
    whole_case(stage.sev, "SEV-1", judge=stage.judy)
    with acting_as(stage.dana):
        project = services.project_create(title="Anakinra", by=stage.dana)
        return services.release_request(project=project, name="QUELL-2026.1", by=stage.dana)


def publish(stage) -> None:
    now = timezone.now()
    facts = {"data_cut_at": now, "published_at": now, "content_hash": "c", "package_bytes": 9, "manifest": MANIFEST}
    with acting_as(stage.dana):
        Release.objects.update(state=ReleaseState.PUBLISHED, package_sha256="9f" * 32, **facts)
        ExportJob.objects.update(state=JobState.SUCCEEDED)
        services.release_grant(release=Release.objects.get(), investigator=stage.ivan, valid_until=UNTIL, by=stage.dana)


def running(step: int) -> dict[str, object]:
    now = timezone.now()
    return {
        "state": JobState.RUNNING,
        "claim": ExportJob.objects.get().pk,
        "lease_until": now,
        "started_at": now,
        "step": step,
        "steps": 6,
        "step_words": "replacing dates with day numbers",
        "figures": {"done": 7, "tables": 21},
    }


def test_a_new_release_is_asked_for_on_an_accessible_page(stage, release, open_as, inspect, page) -> None:
    open_as(stage.dana, reverse("release_new"))
    inspect("release-new")
    page.locator("form[data-once] button.button--main").click()
    assert page.locator("[data-error-summary]").evaluate("box => box === document.activeElement")
    inspect("release-new-refused")


def test_the_progress_of_a_job_follows_its_row_until_the_release_is_there(
    stage, release, open_as, inspect, page
) -> None:
    ExportJob.objects.update(**running(step=3))
    open_as(stage.dana, reverse("release", args=[release.pk]))
    assert page.locator("progress").get_attribute("value") == "3"
    inspect("release-running")
    ExportJob.objects.update(step=4)
    page.locator('progress[value="4"]').wait_for()
    publish(stage)
    page.locator("#tables").wait_for()
    inspect("release-published")


def test_a_failed_job_says_so_accessibly(stage, release, open_as, inspect) -> None:
    ExportJob.objects.update(state=JobState.FAILED, error_reference="AB12CD34", error_words="The disk is full.")
    open_as(stage.dana, reverse("release", args=[release.pk]))
    inspect("release-failed")


@pytest.mark.parametrize("person", ["dana", "ivan"])
def test_the_list_of_releases_is_accessible_empty_and_full(stage, open_as, inspect, release, person) -> None:
    open_as(stage[person], reverse("releases"))
    inspect(f"releases-{person}-before")
    publish(stage)
    open_as(stage[person], reverse("releases"))
    inspect(f"releases-{person}")
