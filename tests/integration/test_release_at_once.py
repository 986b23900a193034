"""Releases and requests when several people act at the same moment."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connections
from django.utils import timezone

from exports import services
from exports.models import (
    DataRequest,
    Download,
    ExportJob,
    JobPhase,
    JobState,
    Release,
    ReleaseState,
    RequestState,
)
from exports.selectors import terms_accepted
from exports.services import downloads, held
from exports.services.downloads import PackageMissingError
from exports.services.jobs import NotAllowedNowError
from sites.context import acting_as, acting_as_system
from sites.models import Membership, User
from sites.roles import Role
from tests.cast import Cast, long_ago
from tests.factories.releases import asked_for, give, publish
from tests.factories.risk import asked, assessed, put, risk

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "export"]),
    pytest.mark.usefixtures("nothing_blocks"),
]
Act = Callable[[], Any]
IN_WORDS = (NotAllowedNowError, ValidationError, PermissionDenied, PackageMissingError)


@pytest.fixture(autouse=True)
def release_folder(settings: Any, tmp_path: Path) -> Path:
    settings.QUELL_RELEASE_DIR = str(tmp_path)
    return tmp_path


@pytest.fixture
def eve(cast: Cast) -> User:
    """The second data manager."""
    with acting_as_system("tests", reason="a second data manager"):
        Membership.objects.create(user=cast.eve, role=Role.DATA_MANAGER, starts_on=long_ago())
    return cast.eve


def at_once(*acts: tuple[User, Act]) -> list[str]:
    """Do all acts at the same moment, each on a connection of its own; "done" or the name of what refused them."""
    start, outcome = threading.Barrier(len(acts)), ["" for _act in acts]

    def run(place: int, person: User, act: Act) -> None:
        try:
            start.wait()
            with acting_as(person):
                act()
            outcome[place] = "done"
        except IN_WORDS:
            outcome[place] = "refused"
        except Exception as error:
            outcome[place] = repr(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place, *pair)) for place, pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcome


def anew(thing: Any) -> Any:
    return type(thing).objects.get(pk=thing.pk)


@pytest.mark.parametrize("second", ["approve", "refuse", "discard", "recall"])
def test_of_two_who_decide_at_once_one_is_told_so_in_words(cast: Cast, eve: User, second: str):
    release = assessed(asked(cast), cast, risk(k=7))
    request = release.request
    others = {
        "approve": (eve, lambda: services.request_approve(request=request, by=eve, reason="Good.")),
        "refuse": (eve, lambda: services.request_refuse(request=request, by=eve, reason="Not good.")),
        "discard": (eve, lambda: services.release_refuse(release=release, by=eve)),
        "recall": (cast.ivan, lambda: services.request_recall(request=request, by=cast.ivan)),
    }
    dana = (cast.dana, lambda: services.request_approve(request=request, by=cast.dana, reason="Good."))
    assert sorted(at_once(dana, others[second])) == ["done", "refused"]
    state, job = anew(request).state, ExportJob.objects.get(release=release)
    packed = (state, anew(release).state, job.phase) == (RequestState.APPROVED, ReleaseState.PENDING, JobPhase.PACK)
    assert packed or anew(release).state == ReleaseState.REFUSED


def test_nobody_approves_a_state_that_somebody_else_is_changing(cast: Cast, eve: User, monkeypatch: pytest.MonkeyPatch):
    release = assessed(asked(cast), cast, risk(k=7))
    mark = held.report_mark(release)
    monkeypatch.setattr(held, "_assessed_anew", lambda _release: risk(k=6))
    with acting_as(eve):
        services.release_coarsen(release=release, steps=["NO_AGE"], by=eve)
        other = threading.Thread(target=lambda: outcome.append(approve()))
        outcome: list[str] = []

        def approve() -> str:
            try:
                with acting_as(cast.dana):
                    services.request_approve(request=release.request, by=cast.dana, reason="Good.", seen=mark)
            except NotAllowedNowError:
                return "refused"
            finally:
                connections.close_all()
            return "done"

        other.start()
        other.join(0.5)
        assert outcome == []
    other.join()
    assert outcome == ["refused"]


def test_a_job_is_not_tried_again_while_its_release_is_made_coarser(
    cast: Cast, eve: User, monkeypatch: pytest.MonkeyPatch
):
    release = assessed(asked(cast), cast, risk(k=7))
    put(release, cast, state=ReleaseState.PENDING)
    ExportJob.objects.filter(release=release).update(phase=JobPhase.PACK, state=JobState.FAILED)
    monkeypatch.setattr(held, "_assessed_anew", lambda _release: risk(k=6))
    retry = threading.Thread(target=lambda: at_once((cast.dana, lambda: again(release, cast.dana))))
    with acting_as(eve):
        services.release_coarsen(release=release, steps=["NO_AGE"], by=eve)
        retry.start()
        retry.join(0.5)
        assert ExportJob.objects.get(release=release).state == JobState.FAILED
    retry.join()
    assert ExportJob.objects.get(release=release).state == JobState.QUEUED
    with acting_as(eve), pytest.raises(NotAllowedNowError):
        services.release_coarsen(release=release, steps=[], by=eve)


def again(release: Release, by: User) -> None:
    services.job_retry(job=ExportJob.objects.get(release=release), by=by)


def test_two_who_give_a_release_to_one_person_leave_one_grant(cast: Cast, eve: User):
    release = publish(asked_for(cast.dana), cast.dana)
    until = timezone.localdate() + dt.timedelta(days=9)

    def grant(by: User) -> tuple[User, Act]:
        return by, lambda: services.release_grant(release=release, investigator=cast.ivan, valid_until=until, by=by)

    assert at_once(grant(cast.dana), grant(eve), grant(cast.dana)) == ["done"] * 3
    assert release.grants.filter(revoked_at=None).count() == 1


def test_two_drafts_and_two_releases_of_one_moment_have_numbers_of_their_own(cast: Cast, eve: User):
    first, second = asked(cast), asked(cast, title="Second")
    with acting_as(cast.dana):
        projects = [services.project_create(title=title, by=cast.dana) for title in ("One", "Two")]
    drafts = [(cast.ivan, lambda: services.request_save(by=cast.ivan, title="Draft")) for _number in range(3)]
    releases = [
        (cast.dana, lambda: services.request_assess(request=first, by=cast.dana, project=projects[0])),
        (eve, lambda: services.request_assess(request=second, by=eve, project=projects[1])),
    ]
    assert at_once(*drafts, *releases) == ["done"] * 5
    numbers = list(DataRequest.objects.values_list("number", flat=True))
    assert len(set(numbers)) == len(numbers) == 5
    assert Release.objects.count() == 2


def test_a_withdrawal_waits_for_a_download_that_has_begun_and_knows_of_it(
    cast: Cast, eve: User, monkeypatch: pytest.MonkeyPatch
):
    release = publish(asked_for(cast.dana), cast.dana)
    give(release, cast.ivan, cast.dana)
    package = release.packages.get(level="AGREEMENT", format="CSV")
    with acting_as(cast.ivan):
        services.terms_accept(release=release, by=cast.ivan)
    withdrawn: list[str] = []
    withdraw = (eve, lambda: services.release_withdraw(release=release, reason="An error.", by=eve))
    other = threading.Thread(target=lambda: withdrawn.extend(at_once(withdraw)))

    def slowly(*asked_of: Any) -> Any:
        other.start()
        other.join(3)
        return terms_accepted(*asked_of)

    with monkeypatch.context() as patch, acting_as(cast.ivan):
        patch.setattr(downloads, "terms_accepted", slowly)
        path = services.package_download(package=package, by=cast.ivan)
        assert (withdrawn, path.is_file()) == ([], True)
    other.join()
    assert (withdrawn, path.is_file(), Download.objects.count()) == (["done"], False, 1)
    with acting_as(cast.ivan), pytest.raises(IN_WORDS):
        services.package_download(package=package, by=cast.ivan)
