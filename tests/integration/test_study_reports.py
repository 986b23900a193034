"""Study reports: who may ask for one, what the worker leaves behind, who sees how much, and who takes what."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from exports import services
from exports.models import Download, ExportJob, JobState, Level, Release, StudyReport
from exports.report import appendix, build
from exports.report.plan import Plan
from exports.report.study import NoReportError
from exports.services.jobs import NotAllowedNowError, job_claim
from exports.services.places import leaving_folder, report_folder
from sites.context import acting_as
from sites.models import User
from tests.cast import Cast
from tests.factories.releases import asked_for, client_of, give, publish
from tests.unit.report.sample import sample

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_blocks")]
LATER = Plan(indications=("ICANS",), min_follow_up_days=30)


@pytest.fixture(autouse=True)
def stood_in_for(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the worker find a release, and write a report made elsewhere: only the way there is looked at here."""
    settings.QUELL_RELEASE_DIR = str(tmp_path)
    monkeypatch.setattr(build, "study_report", lambda _folder, plan, **_rest: {**sample(), "plan": plan.told()})
    monkeypatch.setattr(appendix, "write", _write)


def _write(report: dict[str, Any], folder: Path) -> None:
    (folder / "report.json").write_text(json.dumps(report))
    for name in ("appendix.zip", "report.pdf", "report.html", "report.es.pdf", "report.es.html"):
        (folder / name).write_bytes(b"of the report " + name.encode())


@pytest.fixture
def release(cast: Cast, tmp_path: Path) -> Release:
    found = publish(asked_for(cast.dana), cast.dana)
    leaving_folder(tmp_path / str(found.pk), found.profile).mkdir(parents=True, exist_ok=True)
    give(found, cast.ivan, cast.dana)
    return found


@pytest.fixture
def accepted(release: Release, cast: Cast) -> Release:
    with acting_as(cast.ivan):
        services.terms_accept(release=release, by=cast.ivan)
    return release


Made = Callable[..., StudyReport]


@pytest.fixture
def made(release: Release, cast: Cast) -> Made:
    def make(plan: Plan | None = None, by: User | None = None) -> StudyReport:
        person = by or cast.dana
        with acting_as(person):
            asked = services.report_request(release=release, plan=plan or Plan(), by=person)
        services.report_run(asked.pk)
        asked.refresh_from_db()
        return asked

    return make


def page_of(report: StudyReport, client: Client) -> Any:
    return client.get(reverse("study_report", args=[report.release_id, report.pk]))


def lower(release: Release, level: str) -> None:
    with acting_as(User.objects.get(email__startswith="dana")):
        for grant in release.grants.all():
            grant.level = level
            grant.save()


def test_the_same_report_asked_twice_is_made_once(made: Made, cast: Cast):
    first, second = made(LATER), made(Plan(indications=("ICANS",), min_follow_up_days=30), by=cast.ivan)
    assert first.pk == second.pk
    assert StudyReport.objects.get().plan["indications"] == ["ICANS"]
    assert first.state == JobState.SUCCEEDED


def test_the_files_lie_with_the_release_and_go_with_it(
    made: Made, release: Release, cast: Cast, django_capture_on_commit_callbacks: Any
):
    report = made()
    folder = report_folder(release.pk, report.pk)
    assert {path.name for path in folder.iterdir()} >= {"report.json", "appendix.zip", "report.pdf"}
    assert not [path for path in folder.parent.iterdir() if path.name.endswith(".work")]
    with acting_as(cast.dana), django_capture_on_commit_callbacks(execute=True):
        services.release_withdraw(release=release, reason="a consent was withdrawn", by=cast.dana)
    assert not folder.exists()


def test_a_report_whose_files_are_gone_is_made_again(made: Made, release: Release):
    report = made()
    (report_folder(release.pk, report.pk) / "appendix.zip").unlink()
    assert made().pk == report.pk
    assert (report_folder(release.pk, report.pk) / "appendix.zip").is_file()


def test_a_release_without_what_a_report_needs_says_so(made: Made, monkeypatch: pytest.MonkeyPatch, cast: Cast):
    def refuse(*_args: Any, **_rest: Any) -> dict[str, Any]:
        raise NoReportError("This release does not carry the subject-level dataset (adsl).")

    with monkeypatch.context() as patched:
        patched.setattr(build, "study_report", refuse)
        report = made()
    assert (report.state, len(report.error_reference)) == (JobState.FAILED, 8)
    page = page_of(report, client_of(cast.dana)).content.decode()
    assert "does not carry the subject-level dataset" in page
    assert report.error_reference in page
    assert made().state == JobState.SUCCEEDED


def test_an_unforeseen_fault_tells_nobody_its_text(made: Made, monkeypatch: pytest.MonkeyPatch):
    def break_down(*_args: Any, **_rest: Any) -> dict[str, Any]:
        raise RuntimeError("the value of a patient")

    monkeypatch.setattr(build, "study_report", break_down)
    report = made()
    assert report.state == JobState.FAILED
    assert "patient" not in report.error_words


def test_a_report_that_lost_its_worker_is_taken_up_by_the_next(release: Release, cast: Cast):
    with acting_as(cast.dana):
        asked = services.report_request(release=release, plan=Plan(), by=cast.dana)
    assert job_claim(asked.pk, StudyReport)
    assert job_claim(asked.pk, StudyReport) is None
    StudyReport.objects.filter(pk=asked.pk).update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    services.jobs_sweep()
    services.report_run(asked.pk)
    asked.refresh_from_db()
    assert (asked.state, asked.attempts) == (JobState.SUCCEEDED, 2)
    assert ExportJob.objects.get().state == JobState.SUCCEEDED


def test_nothing_is_published_of_a_release_withdrawn_meanwhile(
    release: Release, made: Made, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    def write_late(report: dict[str, Any], folder: Path) -> None:
        _write(report, folder)
        Release.objects.filter(pk=release.pk).update(
            state="WITHDRAWN", withdrawn_at=timezone.now(), withdrawn_by=cast.dana, withdrawal_reason="why"
        )

    monkeypatch.setattr(appendix, "write", write_late)
    with acting_as(cast.dana):
        report = made()
    assert report.state == JobState.FAILED
    assert not report_folder(release.pk, report.pk).exists()


def test_only_who_holds_the_release_under_its_agreement_asks(release: Release, cast: Cast):
    for person in (cast.alice, cast.adam):
        with acting_as(person), pytest.raises(PermissionDenied):
            services.report_request(release=release, plan=Plan(), by=person)
    lower(release, Level.SHAREABLE)
    with acting_as(cast.ivan), pytest.raises(PermissionDenied):
        services.report_request(release=release, plan=Plan(), by=cast.ivan)


def test_a_release_that_is_not_out_has_no_report(cast: Cast):
    waiting = asked_for(cast.dana, name="QUELL-2026.7")
    with acting_as(cast.dana), pytest.raises(NotAllowedNowError):
        services.report_request(release=waiting, plan=Plan(), by=cast.dana)


def test_the_terms_come_before_the_figures(made: Made, release: Release, cast: Cast):
    report, client = made(), client_of(cast.ivan)
    page = page_of(report, client).content.decode()
    assert "Accept the" in page
    assert "Table 1" not in page
    assert client.get(reverse("api_report", args=[release.pk, report.pk])).status_code == 409
    taken = client.post(reverse("study_report_file", args=[release.pk, report.pk, "json"]))
    assert taken.status_code == 302
    assert not Download.objects.exists()


def test_every_file_that_is_taken_stands_in_the_ledger(made: Made, accepted: Release, cast: Cast):
    report, client = made(), client_of(cast.ivan)
    for file, suffix in (("appendix", ".zip"), ("pdf-es", "-es.pdf"), ("html-en", ".html"), ("json", ".json")):
        taken = client.post(reverse("study_report_file", args=[accepted.pk, report.pk, file]))
        assert taken.status_code == 200
        assert taken.getvalue()
        assert f'{suffix}"' in taken.headers["Content-Disposition"]
    assert list(Download.objects.values_list("report", "downloaded_by")) == [(report.pk, cast.ivan.pk)] * 4
    assert client.post(reverse("study_report_file", args=[accepted.pk, report.pk, "secret"])).status_code == 404


def test_who_holds_less_than_the_agreement_sees_no_small_number_and_takes_no_file(
    made: Made, accepted: Release, cast: Cast
):
    report, own = made(), made(LATER)
    lower(accepted, Level.TWIN)
    client = client_of(cast.ivan)
    assert page_of(own, client).status_code == 404
    page = page_of(report, client)
    assert page.status_code == 200
    assert page.context["report"]["suppressed"]
    assert page.context["report"]["cases"] is None
    assert client.post(reverse("study_report_file", args=[accepted.pk, report.pk, "json"])).status_code == 403
    taken = client.get(reverse("study_report_json", args=[accepted.pk, report.pk]))
    assert json.loads(taken.content)["suppressed"]
    told = client.get(reverse("api_report", args=[accepted.pk, report.pk])).json()
    assert told["report"]["suppressed"]


def test_an_investigator_makes_a_report_of_a_cohort_of_their_own(accepted: Release, cast: Cast):
    client = client_of(cast.ivan)
    asked = {"dose_rule": "HIGHEST", "indications": ["ICANS"], "year_from": "2020", "year_to": "2021"}
    answer = client.post(reverse("study_report_make", args=[accepted.pk]), asked)
    report = StudyReport.objects.get()
    assert answer.headers["Location"] == reverse("study_report", args=[accepted.pk, report.pk])
    listed = client.get(reverse("study_reports", args=[accepted.pk])).content.decode()
    assert "Highest daily dose of the course; ICANS; infused from 2020 to 2021" in listed
    waiting = page_of(report, client).content.decode()
    assert 'hx-trigger="every 2s"' in waiting


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"year_from": "2022", "year_to": "2020"}, "The first year comes after the last."),
        ({"year_from": "20"}, "greater than or equal to 2010"),
        ({"min_follow_up_days": "-1"}, "greater than or equal to 0"),
        ({"indications": ["COVID"]}, "Select a valid choice"),
        ({"dose_rule": "GUESS"}, "Select a valid choice"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_in_words_and_kept(
    accepted: Release, cast: Cast, changed: dict[str, Any], words: str
):
    asked = {"dose_rule": "FIRST", "min_follow_up_days": "30", **changed}
    answer = client_of(cast.ivan).post(reverse("study_report_make", args=[accepted.pk]), asked)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not StudyReport.objects.exists()


def test_a_damaged_report_is_not_shown(made: Made, accepted: Release, cast: Cast):
    report = made()
    path = report_folder(accepted.pk, report.pk) / "report.json"
    path.write_text(path.read_text().replace("2026", "2025") + " ")
    assert "missing or damaged" in page_of(report, client_of(cast.ivan)).content.decode()


def test_a_program_asks_waits_and_reads(accepted: Release, cast: Cast):
    client = client_of(cast.ivan)
    address = reverse("api_reports", args=[accepted.pk])
    asked = client.post(address, {"dose_rule": "MEAN"}, content_type="application/json")
    assert (asked.status_code, asked.json()["state"]) == (202, "QUEUED")
    services.report_run(StudyReport.objects.get().pk)
    told = client.get(asked.json()["url"]).json()
    assert (told["state"], told["report"]["plan"]["dose_rule"]) == ("SUCCEEDED", "MEAN")
    assert client.get(told["appendix"]).getvalue() == b"of the report appendix.zip"
    assert [one["id"] for one in client.get(address).json()["results"]] == [told["id"]]
    for plan in ({"dose_rule": 3}, {"products": "AXI"}, {"year_from": "x"}, {"who": 1}, ["FIRST"]):
        wrong = client.post(address, plan, content_type="application/json")
        assert (wrong.status_code, wrong.json()["type"]) == (400, "urn:quell:problem:wrong-plan"), plan
