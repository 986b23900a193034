"""Study reports in a real browser: asked for by keyboard, with a cohort of one's own, read and taken.

The release is twelve invented people, so that the worker's job runs within the test.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from exports import services
from exports.models import Download, JobState, Level, Release, StudyReport
from exports.report import appendix
from exports.report.paper import paper_figures
from exports.report.plan import Plan
from exports.services.places import leaving_folder
from sites.context import acting_as
from sites.models import User
from tests.browser.test_decisions_release import tab_to
from tests.cast import Cast
from tests.factories.releases import asked_for, client_of, give, publish
from tests.unit.report.small_release import people, small_release, timed

Open = Callable[[User, str], None]
ENGLISH, SPANISH = (pytest.mark.parametrize("locale", [one], indirect=True) for one in ("en-GB", "es-ES"))
PEOPLE_OF_A_GROUP = 6
EVENTS = {"TRM60": (20, 0), "TRMA": (15, 0), "RES": (2, 1), "RES_ICANS": (2, 1), "OS": (300, 0), "PFS": (200, 1)}


@pytest.fixture
def release(stage: Cast, settings: Any, tmp_path: Path) -> Release:
    """A published release of twelve people, all of them with ICANS; one of them dies."""
    settings.QUELL_RELEASE_DIR = str(tmp_path)
    found = publish(asked_for(stage.dana), stage.dana)
    give(found, stage.ivan, stage.dana)
    subjects = [{**who, "AGE": 50 + number} for number, who in enumerate(people(PEOPLE_OF_A_GROUP, PEOPLE_OF_A_GROUP))]
    times = [row for name, (day, status) in EVENTS.items() for row in timed(subjects, name, _days(day, status))]
    small_release(leaving_folder(tmp_path / str(found.pk), found.profile), adsl=subjects, adtte=times)
    return found


def _days(first: int, status: int) -> list[tuple[int | None, int | None]]:
    return [(first + number, 2 if number == 3 else status) for number in range(2 * PEOPLE_OF_A_GROUP)]


@pytest.fixture
def open_fresh(page, live_server) -> Open:
    """Open a page as somebody who has just signed in."""

    def open_page(user: User, address: str) -> None:
        page.context.clear_cookies()
        cookie = client_of(user).cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page.goto(live_server.url + address)

    return open_page


def asked(release: Release, by: User, **plan: Any) -> StudyReport:
    with acting_as(by):
        return services.report_request(release=release, plan=Plan(**plan), by=by)


def made_to_be_read(report: StudyReport, monkeypatch: pytest.MonkeyPatch) -> StudyReport:
    """Run the job of a report; its files, which take seconds to draw, are left out."""
    with monkeypatch.context() as patched:
        patched.setattr(appendix, "write", _write)
        services.report_run(report.pk)
    report.refresh_from_db()
    assert report.is_done, report.error_words
    return report


def _write(report: Any, folder: Path) -> None:
    (folder / "report.json").write_text(json.dumps(report), encoding="utf-8")
    (folder / "appendix.zip").write_bytes(b"the appendix")


def accept(release: Release, by: User) -> None:
    with acting_as(by):
        services.terms_accept(release=release, by=by)


def list_of(release: Release) -> str:
    return reverse("study_reports", args=[release.pk])


def page_of(report: StudyReport) -> str:
    return reverse("study_report", args=[report.release_id, report.pk])


def go(page, selector: str) -> None:
    """Reach what leads to another page by the Tab key, press it, and wait for that page."""
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


@ENGLISH
def test_an_investigator_makes_a_report_of_their_own_cohort_by_keyboard(
    stage, release, open_fresh, page, inspect, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(appendix, "write", partial(appendix.write, languages=("en",)))
    monkeypatch.setattr(appendix, "paper_figures", one_figure)
    open_fresh(stage.ivan, reverse("release", args=[release.pk]))
    tab_to(page, "#id_accepted")
    page.keyboard.press("Space")
    go(page, "#terms button")
    go(page, f'a[href="{list_of(release)}"]')
    report = it_is_asked_for(page)
    assert page.locator("#report-job").get_by_role("progressbar").is_visible()
    inspect("study-report-waiting")
    services.report_run(report.pk)
    page.locator("#report-files").wait_for()
    inspect("study-report")
    it_is_read(page)
    its_appendix_is_whole(page, tmp_path / "appendix.zip")
    assert Download.objects.get().report == report


def one_figure(report: Any) -> dict[str, Any]:
    """Leave one figure for print to be drawn: each takes a while."""
    return dict(itertools.islice(paper_figures(report).items(), 1))


def it_is_asked_for(page) -> StudyReport:
    """The definition of a cohort is folded: opened, and one indication ticked, by keyboard."""
    tab_to(page, "form[data-once] summary")
    page.keyboard.press("Enter")
    tab_to(page, '[name="indications"]')
    tab_to_value(page, "ICANS")
    page.keyboard.press("Space")
    go(page, "form[data-once] button.button--main")
    report = StudyReport.objects.get()
    assert (report.plan["indications"], report.state) == (["ICANS"], JobState.QUEUED)
    return report


def tab_to_value(page, value: str) -> None:
    """Reach a box of the group that has the focus."""
    if page.evaluate("document.activeElement.value") != value:
        tab_to(page, f'[value="{value}"]', most=8)


def it_is_read(page) -> None:
    abstract = page.get_by_role("table", name="Published figures and those of this report")
    patients = abstract.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Patients", exact=True))
    assert "12" in patients.inner_text()
    drawings = page.get_by_role("img")
    assert drawings.count() > 2
    assert all(name.strip() for name in page.locator("svg[role=img] > title").all_text_contents())
    page.get_by_role("img", name="Resolution of CRS and ICANS").first.scroll_into_view_if_needed()
    values = page.locator(".sr-figure + .sr-details").first
    values.locator("summary").press("Enter")
    assert values.get_by_role("table").is_visible()


def its_appendix_is_whole(page, path: Path) -> None:
    """Every file of the archive is as its list of checksums says."""
    page.set_viewport_size({"width": 1366, "height": 700})
    with page.expect_download() as waiting:
        page.locator('form[action$="/files/appendix/"] button').press("Enter")
    assert waiting.value.suggested_filename.startswith("QUELL-2026.1-report-")
    waiting.value.save_as(path)
    with zipfile.ZipFile(path) as archive:
        lines = archive.read("SHA256SUMS").decode().splitlines()
        sums = {name: digest for digest, name in (line.split(maxsplit=1) for line in lines)}
        assert set(sums) == set(archive.namelist()) - {"SHA256SUMS"}
        assert all(hashlib.sha256(archive.read(name)).hexdigest() == digest for name, digest in sums.items())


def test_the_list_with_its_form_is_accessible_also_when_refused(stage, release, open_fresh, page, inspect) -> None:
    accept(release, stage.ivan)
    open_fresh(stage.ivan, list_of(release))
    page.locator("form[data-once] summary").press("Enter")
    inspect("study-reports")
    page.locator("#id_year_from").fill("2022")
    page.locator("#id_year_to").fill("2020")
    page.locator("form[data-once] button.button--main").press("Enter")
    page.locator("[data-error-summary]").wait_for()
    assert page.locator("[data-error-summary]").evaluate("box => box === document.activeElement")
    assert page.locator("#id_year_from").input_value() == "2022"
    inspect("study-reports-refused")


def test_a_report_that_runs_or_failed_says_so_accessibly(stage, release, open_fresh, page, inspect) -> None:
    report = asked(release, stage.dana)
    rows = StudyReport.objects.filter(pk=report.pk)
    rows.update(state=JobState.RUNNING, step=3, steps=6, step_words="fitting the models", **running(report))
    open_fresh(stage.dana, page_of(report))
    assert page.locator("progress").get_attribute("value") == "3"
    inspect("study-report-running")
    rows.update(
        state=JobState.FAILED, error_reference="AB12CD34", error_words="The disk is full.", claim=None, lease_until=None
    )
    page.get_by_text("AB12CD34").wait_for()
    inspect("study-report-failed")
    page.locator("#report-job form button").press("Enter")
    page.locator("#report-job progress:not([value])").wait_for()
    assert rows.get().state == JobState.QUEUED


def running(report: StudyReport) -> dict[str, Any]:
    return {"claim": report.pk, "lease_until": report.requested_at, "started_at": report.requested_at}


@SPANISH
def test_a_data_manager_reads_all_and_a_holder_of_a_twin_no_small_number(
    stage, release, open_fresh, page, monkeypatch
) -> None:
    report = made_to_be_read(asked(release, stage.dana), monkeypatch)
    open_fresh(stage.dana, list_of(release))
    page.locator(f'a[href="{page_of(report)}"]').press("Enter")
    page.locator("#report-files").wait_for()
    assert page.locator(".sr-table").first.is_visible()
    assert page.locator('form[action$="/files/appendix/"]').count() == 1
    with acting_as(stage.dana):
        release.grants.update(level=Level.TWIN)
    accept(release, stage.ivan)
    open_fresh(stage.ivan, page_of(report))
    assert page.locator(".sr-banner", has_text="números pequeños").is_visible()
    assert page.locator(".sr-flow__classes strong").all_inner_texts() == ["oculto", "oculto"]
    assert page.locator("svg .fg-anakinra").count() == 0
    assert page.locator('form[action*="/files/"]').count() == 0
    page.set_viewport_size({"width": 1024, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@ENGLISH
@pytest.mark.parametrize("name", ["adam", "alice"])
def test_nobody_without_the_release_learns_of_its_reports(stage, release, name) -> None:
    report = asked(release, stage.dana)
    client = client_of(stage[name])
    assert {client.get(address).status_code for address in (list_of(release), page_of(report))} <= {403, 404}
