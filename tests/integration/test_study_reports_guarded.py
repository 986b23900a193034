"""Study reports against whoever asks too much, and what is left of them when something goes wrong."""

# ruff: noqa: F401, F811 - fixtures of the other file
from __future__ import annotations

import json
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from exports import services
from exports.models import Download, JobState, Level, Release, StudyReport
from exports.report import appendix
from exports.report.plan import Plan
from exports.services import reports
from exports.services.jobs import job_claim
from exports.services.places import report_folder
from exports.services.reports import TooManyReportsError
from sites.context import acting_as
from sites.models import AccessLog
from tests.cast import Cast
from tests.factories.releases import client_of
from tests.integration.test_study_reports import (
    Made,
    _write,
    accepted,
    lower,
    made,
    page_of,
    release,
    stood_in_for,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_blocks")]


def test_nobody_has_more_than_a_few_reports_made_at_once(accepted: Release, cast: Cast):
    plans = [Plan(min_follow_up_days=days) for days in range(reports.MOST_UNDER_WAY + 1)]
    client, page = client_of(cast.ivan), reverse("study_reports", args=[accepted.pk])
    with acting_as(cast.ivan):
        asked = [services.report_request(release=accepted, plan=plan, by=cast.ivan) for plan in plans[:-1]]
        with pytest.raises(TooManyReportsError):
            services.report_request(release=accepted, plan=plans[-1], by=cast.ivan)
        assert services.report_request(release=accepted, plan=plans[0], by=cast.ivan).pk == asked[0].pk
    refused = client.post(reverse("api_reports", args=[accepted.pk]), {"dose_rule": "MEAN"}, "application/json")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:quell:problem:too-many-reports")
    sent = client.post(reverse("study_report_make", args=[accepted.pk]), {"dose_rule": "MEAN"}, follow=True)
    assert sent.redirect_chain == [(page, 302)]
    assert "are not done yet" in sent.content.decode()
    with acting_as(cast.dana):
        assert services.report_request(release=accepted, plan=plans[-1], by=cast.dana).state == JobState.QUEUED


def test_whoever_asks_again_for_a_failed_report_is_the_one_who_asked(made: Made, cast: Cast):
    report = made()
    StudyReport.objects.filter(pk=report.pk).update(state=JobState.FAILED)
    assert made(by=cast.ivan).requested_by == cast.ivan


def test_what_a_killed_worker_left_goes_with_the_next_attempt(release: Release, cast: Cast):
    with acting_as(cast.dana):
        asked = services.report_request(release=release, plan=Plan(), by=cast.dana)
    claim = job_claim(asked.pk, StudyReport)
    assert claim is not None
    left = reports._work_folder(asked, claim)
    left.mkdir(parents=True)
    (left / "report.json").write_text("of patients")
    StudyReport.objects.filter(pk=asked.pk).update(state=JobState.QUEUED, claim=None, lease_until=None)
    services.report_run(asked.pk)
    assert [path.name for path in left.parent.iterdir()] == [str(asked.pk)]


def test_nothing_written_during_a_withdrawal_stays(
    release: Release, made: Made, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    def write_late(report: dict[str, Any], folder: Any) -> None:
        _write(report, folder)
        Release.objects.filter(pk=release.pk).update(
            state="WITHDRAWN", withdrawn_at=timezone.now(), withdrawn_by=cast.dana, withdrawal_reason="why"
        )

    monkeypatch.setattr(appendix, "write", write_late)
    with acting_as(cast.dana):
        assert made().state == JobState.FAILED
    assert not report_folder(release.pk, release.pk).parents[1].exists()


@pytest.mark.parametrize("name", ["report.json", "appendix.zip"])
def test_a_tampered_file_is_not_handed_out_and_can_be_made_again(made: Made, accepted: Release, cast: Cast, name: str):
    report, client = made(), client_of(cast.ivan)
    path = report_folder(accepted.pk, report.pk) / name
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b"?")
    for file in ("json", "appendix"):
        taken = client.post(reverse("study_report_file", args=[accepted.pk, report.pk, file]))
        assert taken.status_code == 302
    assert not Download.objects.exists()
    assert made().state == JobState.SUCCEEDED
    assert path.read_bytes() == whole


def test_a_program_reads_all_figures_only_after_a_fresh_sign_in_and_into_the_ledger(
    made: Made, accepted: Release, cast: Cast
):
    report = made()
    address = reverse("api_report", args=[accepted.pk, report.pk])
    late = client_of(cast.ivan, seconds_ago=3600).get(address)
    assert (late.status_code, late.json()["type"]) == (403, "urn:quell:problem:sign-in-old")
    assert not Download.objects.exists()
    client = client_of(cast.ivan)
    told = client.get(address)
    assert Download.objects.get().package_sha256 == told.json()["report_sha256"]
    assert client.get(address, headers={"If-None-Match": told.headers["ETag"]}).status_code == 304
    assert Download.objects.count() == 1


@pytest.mark.parametrize("level", [Level.SHAREABLE, Level.TWIN])
def test_less_than_all_has_no_sum_of_all_and_its_reading_is_logged(
    made: Made, accepted: Release, cast: Cast, level: str
):
    report = made()
    lower(accepted, level)
    client = client_of(cast.ivan)
    told = client.get(reverse("api_report", args=[accepted.pk, report.pk])).json()
    assert (told["report_sha256"], told["appendix_sha256"], told["appendix"]) == ("", "", None)
    assert report.report_sha256 not in json.dumps(told)
    taken = client.get(reverse("study_report_json", args=[accepted.pk, report.pk]))
    assert taken.headers["Cache-Control"] == "no-store"
    assert AccessLog.objects.filter(detail__endswith="without small numbers").exists()
    assert client.get(reverse("api_report_appendix", args=[accepted.pk, report.pk])).status_code == 403


def test_an_ended_grant_and_a_report_of_another_release_are_nothing_there(made: Made, accepted: Release, cast: Cast):
    report, client = made(), client_of(cast.ivan)
    assert client.get(reverse("study_report", args=[report.pk, report.pk])).status_code == 404
    assert client.get(reverse("study_report", args=[accepted.pk, accepted.pk])).status_code == 404
    with acting_as(cast.dana):
        accepted.grants.update(revoked_at=timezone.now())
    assert page_of(report, client).status_code == 404
    for name in ("api_report", "api_report_appendix", "study_report_json"):
        assert client.get(reverse(name, args=[accepted.pk, report.pk])).status_code in (403, 404)
