"""The pages of releases: asked for, watched, given, downloaded; each only by whom it concerns."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from exports import services
from exports.models import Download, ExportJob, JobState, Release, ReleaseState
from sites.context import acting_as
from tests.cast import Cast
from tests.factories.whole_case import whole_case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_blocks")]
UNTIL = timezone.localdate() + dt.timedelta(days=30)
CONTENT = b"the bytes of a package"
MANIFEST = {
    "tables": [
        {"name": "patient", "label": "Patients", "grain": "one row per patient", "rows": 7, "patients": 7, "sites": 2}
    ],
    "excluded": [{"reason": "WITHDRAWN", "words": "Patient withdrew", "patients": 3}],
    "withheld": [{"table": "patient", "column": "study_id", "why": "direct identifier"}],
}


@pytest.fixture(autouse=True)
def release_folder(settings: Any, tmp_path: Path) -> Path:
    settings.QUELL_RELEASE_DIR = str(tmp_path)
    (tmp_path / "package.zip").write_bytes(CONTENT)
    return tmp_path


@pytest.fixture
def waiting(cast: Cast) -> Release:
    with acting_as(cast.dana):
        project = services.project_create(title="Anakinra", by=cast.dana)
        return services.release_request(project=project, name="QUELL-2026.1", by=cast.dana)


@pytest.fixture
def published(waiting: Release, cast: Cast) -> Release:
    now = timezone.now()
    facts = {"data_cut_at": now, "published_at": now, "content_hash": "c", "package_bytes": len(CONTENT)}
    digest = hashlib.sha256(CONTENT).hexdigest()
    with acting_as(cast.dana):
        Release.objects.update(
            state=ReleaseState.PUBLISHED, manifest=MANIFEST, package_path="package.zip", package_sha256=digest, **facts
        )
    ExportJob.objects.update(state=JobState.SUCCEEDED)
    return Release.objects.get()


@pytest.fixture
def given(published: Release, cast: Cast) -> Release:
    with acting_as(cast.dana):
        services.release_grant(release=published, investigator=cast.ivan, valid_until=UNTIL, by=cast.dana)
    return published


SignIn = Callable[[str], Client]


@pytest.fixture
def as_(cast: Cast) -> SignIn:
    def sign_in(name: str) -> Client:
        client = Client()
        client.force_login(cast[name])
        return client

    return sign_in


def text(response: Any) -> str:
    return response.content.decode()


def test_a_data_manager_sees_what_will_be_left_out_and_asks_for_a_release(cast: Cast, as_: SignIn):
    whole_case(cast.sev, "SEV-1", judge=cast.judy)
    whole_case(cast.sev, "SEV-2", judge=cast.judy, withdrawn_on=dt.date(2022, 1, 1))
    page = as_("dana").get(reverse("release_new"))
    assert (page.context["leaving"], page.context["left_out"]) == (1, 1)
    assert "SEV-1" not in text(page)
    asked = {"title": "Anakinra", "name": "QUELL-2026.1", "has_read": "on"}
    answer = as_("dana").post(reverse("release_new"), asked)
    job = ExportJob.objects.get()
    assert answer.headers["Location"] == reverse("release", args=[job.release_id])
    assert (job.state, job.requested_by, job.release.project.title) == (JobState.QUEUED, cast.dana, "Anakinra")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"has_read": ""}, "This field is required"),
        ({"name": "release 1"}, "Write a name, the year and a number"),
        ({"name": "QUELL-2026.1"}, "A release with this name exists"),
        ({"title": ""}, "Choose a project or give the title"),
        ({"title": "anakinra"}, "A project with this title exists"),
    ],
)
def test_an_incomplete_request_is_refused_in_words(
    waiting: Release, as_: SignIn, changed: dict[str, str], message: str
):
    asked = {"title": "Another", "name": "QUELL-2026.2", "has_read": "on", **changed}
    answer = as_("dana").post(reverse("release_new"), asked)
    assert message in text(answer)
    assert Release.objects.count() == 1


def test_the_page_of_a_running_job_asks_again_every_three_seconds_and_says_the_step(waiting: Release, as_: SignIn):
    now = timezone.now()
    running = {"state": JobState.RUNNING, "claim": waiting.pk, "lease_until": now, "started_at": now}
    ExportJob.objects.update(**running, step=3, steps=6, step_words="replacing dates with day numbers")
    page = text(as_("dana").get(reverse("release", args=[waiting.pk])))
    assert "Step 3 of 6: replacing dates with day numbers" in page
    assert 'hx-trigger="every 3s"' in page
    assert "<noscript>" in page


def test_the_polling_ends_with_the_job(published: Release, as_: SignIn):
    part = as_("dana").get(reverse("release_progress", args=[published.pk]))
    assert "hx-trigger" not in text(part)
    assert part.headers["HX-Refresh"] == "true"


def test_a_failed_job_shows_its_reference_and_can_be_tried_again(waiting: Release, as_: SignIn):
    ExportJob.objects.update(state=JobState.FAILED, error_reference="AB12CD34", error_words="The disk is full.")
    page = text(as_("dana").get(reverse("release", args=[waiting.pk])))
    assert "AB12CD34" in page
    assert "The disk is full." in page
    as_("dana").post(reverse("release_retry", args=[waiting.pk]))
    assert ExportJob.objects.get().state == JobState.QUEUED


def test_a_waiting_job_can_be_cancelled(waiting: Release, as_: SignIn):
    as_("dana").post(reverse("release_cancel", args=[waiting.pk]))
    assert ExportJob.objects.get().state == JobState.CANCELLED
    assert as_("dana").post(reverse("release_cancel", args=[waiting.pk]), follow=True).status_code == 200


def test_a_published_release_shows_what_it_holds_and_what_it_does_not(published: Release, as_: SignIn):
    page = text(as_("dana").get(reverse("release", args=[published.pk])))
    for words in (
        "one row per patient",
        "Patient withdrew",
        "direct identifier",
        "patient.study_id",
        published.package_sha256,
    ):
        assert words in page


def test_an_investigator_sees_only_what_was_given(published: Release, given: Release, cast: Cast, as_: SignIn):
    with acting_as(cast.dana):
        other = services.release_request(project=published.project, name="QUELL-2026.2", by=cast.dana)
    page = text(as_("ivan").get(reverse("releases")))
    assert "QUELL-2026.1" in page
    assert "QUELL-2026.2" not in page
    assert as_("ivan").get(reverse("release", args=[other.pk])).status_code == 404


@pytest.mark.parametrize("name", ["alice", "judy", "adam", "eve"])
def test_nobody_else_sees_releases(published: Release, as_: SignIn, name: str):
    for address in (reverse("releases"), reverse("release", args=[published.pk]), reverse("release_new")):
        assert as_(name).get(address).status_code == 403
    assert as_(name).post(reverse("release_download", args=[published.pk])).status_code == 403


@pytest.mark.parametrize("act", ["release_retry", "release_cancel", "release_grant"])
def test_an_investigator_may_not_act_on_releases(given: Release, as_: SignIn, act: str):
    assert as_("ivan").post(reverse(act, args=[given.pk])).status_code == 403


def test_a_release_is_given_and_taken_back(published: Release, cast: Cast, as_: SignIn):
    as_("dana").post(
        reverse("release_grant", args=[published.pk]), {"investigator": cast.ivan.pk, "valid_until": UNTIL.isoformat()}
    )
    grant = published.grants.get()
    assert (grant.investigator, grant.granted_by) == (cast.ivan, cast.dana)
    as_("dana").post(reverse("grant_revoke", args=[published.pk, grant.pk]))
    assert as_("ivan").get(reverse("release", args=[published.pk])).status_code == 404


def test_a_grant_of_yesterday_is_refused_in_words(published: Release, cast: Cast, as_: SignIn):
    yesterday = (timezone.localdate() - dt.timedelta(days=1)).isoformat()
    answer = as_("dana").post(
        reverse("release_grant", args=[published.pk]), {"investigator": cast.ivan.pk, "valid_until": yesterday}
    )
    assert "This day is over already." in text(answer)


def test_a_download_is_the_very_package_and_is_entered_in_the_ledger(given: Release, cast: Cast, as_: SignIn):
    answer = as_("ivan").post(reverse("release_download", args=[given.pk]))
    content = b"".join(answer.streaming_content)
    assert content == CONTENT
    assert answer.headers["Content-Length"] == str(len(CONTENT))
    assert answer.headers["X-Checksum-SHA256"] == hashlib.sha256(content).hexdigest() == given.package_sha256
    assert answer.headers["Content-Disposition"] == 'attachment; filename="QUELL-2026.1.zip"'
    entry = Download.objects.get()
    assert (entry.downloaded_by, entry.release, entry.package_sha256) == (cast.ivan, given, given.package_sha256)


def test_a_missing_or_shortened_file_is_not_handed_out(published: Release, as_: SignIn, release_folder: Path):
    (release_folder / "package.zip").write_bytes(CONTENT[:-1])
    answer = as_("dana").post(reverse("release_download", args=[published.pk]), follow=True)
    assert "missing or damaged" in text(answer)
    assert not Download.objects.exists()


def test_a_download_needs_a_click_not_a_link(published: Release, as_: SignIn):
    assert as_("dana").get(reverse("release_download", args=[published.pk])).status_code == 405


def test_the_home_page_tells_of_failed_and_given_releases(waiting: Release, cast: Cast, as_: SignIn):
    ExportJob.objects.update(state=JobState.FAILED, error_reference="AB12CD34")
    assert "AB12CD34" in text(as_("dana").get(reverse("home")))
    assert reverse("releases") in text(as_("ivan").get(reverse("home")))
    assert reverse("releases") not in text(as_("alice").get(reverse("home")))


def test_an_empty_list_says_what_comes_next(cast: Cast, as_: SignIn):
    assert "There is no release yet" in text(as_("dana").get(reverse("releases")))
    assert "No release was given to you yet" in text(as_("ivan").get(reverse("releases")))
