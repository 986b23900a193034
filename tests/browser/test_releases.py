"""The pages of releases in a real browser: watched while the job runs, published, taken, compared, withdrawn."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.urls import reverse
from django.utils import timezone

from exports.models import Download, ExportJob, JobState, Project, Release
from sites.context import acting_as_system
from tests.factories import folders
from tests.factories.releases import MANIFEST, asked_for, client_of, give
from tests.factories.releases import publish as publish_release
from tests.factories.whole_case import whole_case


@pytest.fixture(autouse=True)
def release_folder(settings: Any, tmp_path: Path) -> Path:
    settings.QUELL_RELEASE_DIR = str(tmp_path)
    return tmp_path


@pytest.fixture
def release(stage) -> Release:
    whole_case(stage.sev, "SEV-1", judge=stage.judy)
    return asked_for(stage.dana)


@pytest.fixture
def open_fresh(page, live_server):
    """Open a page as somebody who has just signed in."""

    def open_page(user, address):
        page.context.clear_cookies()
        cookie = client_of(user).cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page.goto(live_server.url + address)

    return open_page


def publish(stage, **facts) -> Release:
    given = publish_release(Release.objects.earliest("created_at"), stage.dana, **facts)
    give(given, stage.ivan, stage.dana)
    return given


def frozen_beside(release: Release, rows: list[tuple]) -> None:
    """Write what left of a release: two tables with their columns."""
    folder = Path(configured.QUELL_RELEASE_DIR) / str(release.pk)
    patients = sorted({row[0] for row in rows})
    sheets = [
        folders.table("patient", ["subject_key"], {"subject_key": patients, "sex": ["FEMALE" for _ in patients]}),
        folders.table("crs_assessment", ["subject_key", "day"], rows, ["subject_key", "day", "temp_max_c"]),
    ]
    told = {name: MANIFEST[name] for name in ("excluded", "withheld", "sites", "open_queries")}
    for place in (folder, folder / "leaving" / "AGREEMENT"):
        shutil.rmtree(place / "frozen", ignore_errors=True)
        folders.written(place, sheets, project=str(release.project_id), **told)


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
    page.locator("#packages").wait_for()
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


def test_an_investigator_accepts_the_terms_by_keyboard_and_downloads(stage, release, open_fresh, inspect, page) -> None:
    given = publish(stage, refused="The smallest group has 2 people; a shareable release needs 11.")
    frozen_beside(given, [("A" * 26, 1, 38), ("B" * 26, 2, 39)])
    open_fresh(stage.ivan, reverse("release", args=[given.pk]))
    inspect("release-terms")
    box = page.locator("#id_accepted")
    box.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    button = page.locator('form[action*="/packages/"] button').first
    button.wait_for()
    page.locator("#packages ~ .scroll details summary").first.press("Enter")
    inspect("release-investigator")
    with page.expect_download() as waiting:
        button.press("Enter")
    assert waiting.value.suggested_filename == "QUELL-2026.1-csv.zip"
    assert Download.objects.get().downloaded_by == stage.ivan


def test_two_releases_are_compared_on_an_accessible_page(stage, release, open_fresh, inspect, page) -> None:
    first = publish(stage)
    with acting_as_system("tests", reason="the same project"):
        project = Project.objects.get()
    second = publish_release(asked_for(stage.dana, "QUELL-2026.2", project), stage.dana, supersedes=first)
    frozen_beside(first, [("A" * 26, 1, 38), ("B" * 26, 2, 39)])
    frozen_beside(second, [("A" * 26, 1, 40), ("A" * 26, 2, 37), ("C" * 26, 2, 39)])
    open_fresh(stage.dana, reverse("release", args=[second.pk]))
    page.locator(f'a[href="{reverse("release_diff", args=[second.pk])}"]').click()
    page.locator("#lines").wait_for()
    inspect("release-diff")
    page.locator("#sheets ~ tbody a").last.press("Enter")
    page.locator("#lines").wait_for()
    inspect("release-diff-table")


def test_a_release_is_withdrawn_with_a_reason(stage, release, open_fresh, inspect, page) -> None:
    given = publish(stage)
    open_fresh(stage.dana, reverse("release_withdraw", args=[given.pk]))
    page.locator("button.button--danger").click()
    assert page.locator("[data-error-summary]").evaluate("box => box === document.activeElement")
    inspect("release-withdraw")
    page.locator("#id_reason").fill("Two cases were entered twice.")
    page.locator("button.button--danger").click()
    page.locator("#holders").wait_for()
    inspect("release-withdrawn-dana")
    open_fresh(stage.ivan, reverse("release", args=[given.pk]))
    inspect("release-withdrawn-ivan")
