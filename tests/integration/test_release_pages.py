"""The pages of releases: asked for, watched, given, downloaded; each only by whom it concerns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from exports.models import ExportJob, JobState, Release
from tests.cast import Cast
from tests.factories.releases import asked_for, client_of, give, publish
from tests.factories.whole_case import whole_case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_blocks")]
UNTIL = timezone.localdate() + dt.timedelta(days=30)


@pytest.fixture(autouse=True)
def release_folder(settings: Any, tmp_path: Path) -> Path:
    settings.QUELL_RELEASE_DIR = str(tmp_path)
    return tmp_path


@pytest.fixture
def waiting(cast: Cast) -> Release:
    return asked_for(cast.dana)


@pytest.fixture
def published(waiting: Release, cast: Cast) -> Release:
    return publish(waiting, cast.dana)


@pytest.fixture
def given(published: Release, cast: Cast) -> Release:
    give(published, cast.ivan, cast.dana)
    return published


SignIn = Callable[[str], Client]


@pytest.fixture
def as_(cast: Cast) -> SignIn:
    return lambda name: client_of(cast[name])


def text(response: Any) -> str:
    return response.content.decode()


def test_a_data_manager_sees_what_will_be_left_out_and_asks_for_a_release(cast: Cast, as_: SignIn):
    whole_case(cast.sev, "SEV-1", judge=cast.judy)
    whole_case(cast.sev, "SEV-2", judge=cast.judy, withdrawn_on=dt.date(2022, 1, 1))
    page = as_("dana").get(reverse("release_new"))
    assert (page.context["leaving"], page.context["left_out"]) == (1, 1)
    assert "SEV-1" not in text(page)
    asked = {"title": "Anakinra", "name": "QUELL-2026.1", "has_read": "on", "profile": "AGREEMENT", "formats": ["CSV"]}
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
    asked = {"title": "Another", "name": "QUELL-2026.2", "has_read": "on", "profile": "AGREEMENT", "formats": ["CSV"]}
    asked |= changed
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
    page = text(as_("dana").get(reverse("release", args=[published.pk]))).replace("<wbr>", "")
    for words in (
        "one row per patient",
        "Patient withdrew",
        "direct identifier",
        "patient.study_id",
        "SEV Sevilla",
        *published.packages.exclude(refusal="x").values_list("sha256", flat=True),
    ):
        assert words in page


def test_an_investigator_sees_only_what_was_given(published: Release, given: Release, cast: Cast, as_: SignIn):
    other = asked_for(cast.dana, "QUELL-2026.2", published.project)
    page = text(as_("ivan").get(reverse("releases")))
    assert "QUELL-2026.1" in page
    assert "QUELL-2026.2" not in page
    assert as_("ivan").get(reverse("release", args=[other.pk])).status_code == 404


@pytest.mark.parametrize("name", ["alice", "judy", "adam", "eve"])
def test_nobody_else_sees_releases(published: Release, as_: SignIn, name: str):
    for address in (reverse("releases"), reverse("release", args=[published.pk]), reverse("release_new")):
        assert as_(name).get(address).status_code == 403
    assert as_(name).post(reverse("terms_accept", args=[published.pk])).status_code == 403


@pytest.mark.parametrize("act", ["release_retry", "release_cancel", "release_grant", "release_withdraw"])
def test_an_investigator_may_not_act_on_releases(given: Release, as_: SignIn, act: str):
    assert as_("ivan").post(reverse(act, args=[given.pk])).status_code == 403


def test_the_home_page_tells_of_failed_and_given_releases(waiting: Release, cast: Cast, as_: SignIn):
    ExportJob.objects.update(state=JobState.FAILED, error_reference="AB12CD34")
    assert "AB12CD34" in text(as_("dana").get(reverse("home")))
    assert reverse("releases") in text(as_("ivan").get(reverse("home")))
    assert reverse("releases") not in text(as_("alice").get(reverse("home")))


def test_an_empty_list_says_what_comes_next(cast: Cast, as_: SignIn):
    assert "There is no release yet" in text(as_("dana").get(reverse("releases")))
    assert "There is no release that you may download" in text(as_("ivan").get(reverse("releases")))
