"""Releases that were ended, or wait again, or changed while somebody read them: nothing comes back by a side door."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from exports import services
from exports.freeze.errors import FreezeError
from exports.models import (
    DataRequest,
    ExportJob,
    JobPhase,
    JobState,
    Release,
    ReleaseState,
    RequestState,
)
from exports.services.jobs import NotAllowedNowError, job_claim
from exports.services.publishing import hold
from sites.context import acting_as
from tests.cast import PASSWORD, Cast
from tests.factories.releases import client_of
from tests.factories.risk import asked, assessed, being_made, put, risk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_blocks")]
SEEN_NO_MORE = "Somebody else has acted meanwhile"


@pytest.fixture(autouse=True)
def release_folder(settings: Any, tmp_path: Path) -> Path:
    settings.QUELL_RELEASE_DIR = str(tmp_path)
    return tmp_path


@pytest.fixture
def waiting(cast: Cast) -> Release:
    return assessed(asked(cast), cast)


def anew(thing: Any) -> Any:
    return type(thing).objects.get(pk=thing.pk)


def text(response: Any) -> str:
    return response.content.decode()


def test_an_assessment_that_was_given_up_is_not_tried_again(waiting: Release, cast: Cast):
    being_made(waiting, cast, state=JobState.FAILED)
    with acting_as(cast.dana):
        services.request_assess(request=waiting.request, by=cast.dana, project=waiting.project)
        assert anew(waiting).state == ReleaseState.REFUSED
        with pytest.raises(NotAllowedNowError):
            services.job_retry(job=waiting.job, by=cast.dana)
    page = client_of(cast.dana).post(reverse("release_retry", args=[waiting.pk]), follow=True)
    assert "The job has changed meanwhile" in text(page)
    assert ExportJob.objects.get(release=waiting).state == JobState.FAILED


def test_a_request_that_was_taken_back_leaves_nothing_to_try_again(waiting: Release, cast: Cast):
    being_made(waiting, cast, state=JobState.QUEUED)
    with acting_as(cast.ivan):
        services.request_recall(request=waiting.request, by=cast.ivan)
    with acting_as(cast.dana), pytest.raises(NotAllowedNowError):
        services.job_retry(job=waiting.job, by=cast.dana)


def test_a_worker_that_comes_too_late_revives_no_release(waiting: Release, cast: Cast, release_folder: Path):
    being_made(waiting, cast, state=JobState.QUEUED)
    claim = job_claim(waiting.job.pk)
    put(waiting, cast, state=ReleaseState.REFUSED)
    work = release_folder / "work"
    work.mkdir()
    assert claim is not None
    with pytest.raises(FreezeError, match="was ended"):
        hold(anew(waiting.job), claim, work, risk(), timezone.now())
    assert anew(waiting).state == ReleaseState.REFUSED
    assert work.is_dir()


def test_an_approved_release_that_waits_again_can_be_decided_on_its_page(waiting: Release, cast: Cast):
    approved(waiting, cast)
    page = text(client_of(cast.dana).get(reverse("request_decide", args=[waiting.request_id])))
    for act in ("release_coarsen", "release_sign", "release_refuse"):
        assert reverse(act, args=[waiting.pk]) in page
    dana = client_of(cast.dana)
    dana.post(reverse("release_sign", args=[waiting.pk]), {"reason": "One holder.", "password": PASSWORD})
    assert reverse("release_continue", args=[waiting.pk]) in text(
        dana.get(reverse("request_decide", args=[waiting.request_id]))
    )
    dana.post(reverse("release_continue", args=[waiting.pk]))
    assert ExportJob.objects.get(release=waiting).phase == JobPhase.PACK


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.CANCELLED])
def test_packages_that_could_not_be_made_leave_every_decision_open_on_the_page(
    waiting: Release, cast: Cast, state: str
):
    approved(waiting, cast)
    put(waiting, cast, state=ReleaseState.PENDING)
    ExportJob.objects.filter(release=waiting).update(phase=JobPhase.PACK, state=state)
    page = text(client_of(cast.dana).get(reverse("request_decide", args=[waiting.request_id])))
    for act in ("release_retry", "release_coarsen", "release_sign", "release_refuse"):
        assert reverse(act, args=[waiting.pk]) in page


def approved(release: Release, cast: Cast) -> None:
    until = timezone.localdate() + dt.timedelta(days=30)
    with acting_as(cast.dana):
        DataRequest.objects.filter(pk=release.request_id).update(
            state="APPROVED",
            decided_by=cast.dana,
            decided_at=timezone.now(),
            decision_reason="Good.",
            valid_until=until,
        )


def test_a_signature_is_for_the_report_that_was_read(waiting: Release, cast: Cast):
    dana = client_of(cast.dana)
    page = dana.get(reverse("release_sign", args=[waiting.pk]))
    seen = page.context["form"]["seen"].value()
    assert f'value="{seen}"' in text(page)
    put(waiting, cast, coarsening=["NO_AGE"], risk=risk(k=2))
    sent = {"reason": "One holder.", "password": PASSWORD, "seen": seen}
    answer = text(dana.post(reverse("release_sign", args=[waiting.pk]), sent, follow=True))
    assert SEEN_NO_MORE in answer
    assert anew(waiting).risk_accepted_at is None


def test_an_approval_is_for_the_report_that_was_read(cast: Cast):
    release = assessed(asked(cast), cast, risk(k=7))
    dana, address = client_of(cast.dana), reverse("request_decide", args=[release.request_id])
    seen = dana.get(address).context["decision"]["seen"].value()
    put(release, cast, coarsening=[], risk=risk(k=6))
    until = (timezone.localdate() + dt.timedelta(days=9)).isoformat()
    sent = {"decision": "approve", "valid_until": until, "reason": "Good.", "seen": seen}
    assert SEEN_NO_MORE in text(dana.post(address, sent, follow=True))
    assert anew(release.request).state == RequestState.SUBMITTED
