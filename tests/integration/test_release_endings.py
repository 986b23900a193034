"""What people read where something has ended: a release withdrawn, a time that is over, a job cancelled, no right."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from exports import services
from exports.models import DataRequest, ExportJob, JobState, Release, ReleaseState, RequestState
from sites.context import acting_as, acting_as_system
from sites.home import cards_for, links_for
from tests.cast import Cast
from tests.factories.releases import asked_for, client_of, give, publish
from tests.factories.risk import asked, assessed, put

pytestmark = pytest.mark.django_db
STOP = "Stop using it"


@pytest.fixture(autouse=True)
def release_folder(settings: Any, tmp_path: Path) -> None:
    settings.QUELL_RELEASE_DIR = str(tmp_path)


@pytest.fixture
def given(cast: Cast) -> Release:
    release = publish(asked_for(cast.dana), cast.dana)
    give(release, cast.ivan, cast.dana)
    return release


def text(cast: Cast, name: str, view: str, *args: object) -> str:
    return client_of(cast[name]).get(reverse(view, args=args)).content.decode()


def withdraw(release: Release, cast: Cast) -> None:
    with acting_as(cast.dana):
        services.release_withdraw(release=release, reason="Two cases were entered twice.", by=cast.dana)


def count_of_releases(cast: Cast) -> int | None:
    with acting_as(cast.dana):
        return {card.title: card.count for card in cards_for(cast.dana)}["Releases"]


def approved(cast: Cast, **facts: Any) -> tuple[DataRequest, Release]:
    """Return a request whose release is out."""
    request = asked(cast)
    release = assessed(request, cast)
    with acting_as(cast.dana):
        told = {"decided_by": cast.dana, "decided_at": timezone.now(), "decision_reason": "Sound."}
        DataRequest.objects.filter(pk=request.pk).update(state=RequestState.APPROVED, **told, **facts)
    return request, publish(release, cast.dana)


class TestWithdrawn:
    def test_whoever_holds_it_is_told_on_the_home_page_for_a_month(self, given: Release, cast: Cast):
        assert STOP not in text(cast, "ivan", "home")
        withdraw(given, cast)
        assert STOP in text(cast, "ivan", "home")
        assert STOP not in text(cast, "dana", "home")
        put(given, cast, withdrawn_at=timezone.now() - dt.timedelta(days=31))
        assert STOP not in text(cast, "ivan", "home")

    def test_the_list_keeps_it_apart(self, given: Release, cast: Cast):
        withdraw(given, cast)
        shown = text(cast, "ivan", "releases")
        assert "These releases must not be used any more" in shown
        assert reverse("release", args=[given.pk]) in shown

    def test_data_managers_do_not_count_it_among_what_can_be_downloaded(self, given: Release, cast: Cast):
        assert count_of_releases(cast) == 1
        withdraw(given, cast)
        assert count_of_releases(cast) == 0

    def test_the_request_says_so_and_offers_nothing(self, cast: Cast):
        request, release = approved(cast)
        give(release, cast.ivan, cast.dana)
        assert reverse("release", args=[release.pk]) in text(cast, "ivan", "request", request.pk)
        withdraw(release, cast)
        shown = text(cast, "ivan", "request", request.pk)
        assert STOP in shown
        assert f'href="{reverse("release", args=[release.pk])}"' not in shown


class TestTimeIsOver:
    def test_the_request_says_until_when_the_release_could_be_downloaded(self, cast: Cast):
        today = timezone.localdate()
        request, _release = approved(cast, valid_until=today - dt.timedelta(days=1))
        words = f"The release could be downloaded until {today - dt.timedelta(days=1)}."
        assert words in text(cast, "ivan", "request", request.pk)
        assert words not in text(cast, "dana", "request", request.pk)
        with acting_as(cast.dana):
            DataRequest.objects.filter(pk=request.pk).update(valid_until=today)
        assert "could be downloaded" not in text(cast, "ivan", "request", request.pk)

    def test_a_grant_that_has_ended_is_marked(self, given: Release, cast: Cast):
        assert "The time is over." not in text(cast, "dana", "release", given.pk)
        with acting_as_system("tests", reason="a day later"):
            given.grants.update(valid_until=timezone.localdate() - dt.timedelta(days=1))
        assert "The time is over." in text(cast, "dana", "release", given.pk)


def test_a_cancelled_job_says_that_nothing_came_of_it(cast: Cast):
    release = asked_for(cast.dana)
    with acting_as(cast.dana):
        services.job_cancel(job=ExportJob.objects.get(release=release), by=cast.dana)
    assert ExportJob.objects.get().state == JobState.CANCELLED
    assert "Nothing of it can be downloaded." in text(cast, "dana", "release", release.pk)


def test_what_was_refused_is_not_listed_beside_its_request(cast: Cast):
    request = asked(cast)
    release = assessed(request, cast)
    assert release.name in text(cast, "dana", "requests")
    put(release, cast, state=ReleaseState.REFUSED, risk={})
    assert release.name not in text(cast, "dana", "requests")


@pytest.mark.parametrize("name", ["ivan", "dana"])
def test_requests_and_releases_are_on_the_bar_of_those_who_ask_and_decide(cast: Cast, name: str):
    assert {"requests", "releases"} <= {link.view_name for link in links_for(cast[name])}


@pytest.mark.parametrize("name", ["alice", "judy", "adam", "eve"])
def test_requests_and_releases_are_absent_for_everybody_else(cast: Cast, name: str):
    assert not {"requests", "releases"} & {link.view_name for link in links_for(cast[name])}
    shown = text(cast, name, "home")
    assert reverse("requests") not in shown
    assert reverse("releases") not in shown
