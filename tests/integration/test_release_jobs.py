"""A release is made by a job: claimed once, kept alive, given up in words, published once."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import OperationalError
from django.utils import timezone

from exports import services
from exports.freeze import FreezeError
from exports.models import Download, ExportJob, JobState, Release, ReleaseState
from exports.services import assessing, jobs, making, packing
from exports.services.jobs import Claim, ClaimLost, job_claim
from sites.audit import event_model_of
from sites.context import acting_as, acting_as_system
from sites.models import Membership
from tests.cast import Cast
from tests.factories.whole_case import whole_case
from tests.releases import made

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "export"]),
    pytest.mark.usefixtures("nothing_blocks"),
]
UNTIL = timezone.localdate() + dt.timedelta(days=30)


@pytest.fixture(autouse=True)
def release_folder(settings: Any, tmp_path: Path) -> Path:
    settings.QUELL_RELEASE_DIR = str(tmp_path)
    return tmp_path


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The numbers of the jobs that workers were told about."""
    sent: list[str] = []

    def wake(job_id: str, *_kind: object) -> None:
        sent.append(job_id)

    for place in (jobs, making, services.releases.wake_on_commit.__globals__):
        if isinstance(place, dict):
            monkeypatch.setitem(place, "wake", wake)
        else:
            monkeypatch.setattr(place, "wake", wake)
    return sent


def ask(cast: Cast, name: str = "QUELL-2026.1", project: Any = None) -> Release:
    with acting_as(cast.dana):
        project = project or services.project_create(title="CAR-T and anakinra", by=cast.dana)
        return services.release_request(project=project, name=name, by=cast.dana, formats=["CSV"])


def job_of(release: Release) -> ExportJob:
    return ExportJob.objects.get(release=release)


def make(release: Release) -> ExportJob:
    return made(release, job_of(release).requested_by)


@pytest.fixture
def asked(cast: Cast, woken: list[str]) -> Release:
    whole_case(cast.sev, "SEV-1", judge=cast.judy)
    return ask(cast)


def test_asking_queues_a_job_and_wakes_a_worker_once_it_is_committed(cast: Cast, woken: list[str]):
    release = ask(cast)
    job = job_of(release)
    assert (job.state, job.requested_by, release.state) == (JobState.QUEUED, cast.dana, ReleaseState.PENDING)
    assert woken == [str(job.pk)]


def test_only_a_data_manager_may_ask(cast: Cast):
    for name in ("alice", "ivan", "judy", "adam", "eve"):
        with acting_as(cast[name]), pytest.raises(PermissionDenied):
            services.project_create(title="Mine", by=cast[name])


def test_a_finished_job_publishes_one_whole_package(asked: Release, release_folder: Path):
    job = make(asked)
    asked.refresh_from_db()
    assert (job.state, job.step, job.steps, job.error_words) == (JobState.SUCCEEDED, 9, 9, "")
    package = release_folder / asked.package_path
    assert hashlib.sha256(package.read_bytes()).hexdigest() == asked.package_sha256
    assert package.stat().st_size == asked.package_bytes
    assert asked.manifest["release"] == asked.name
    assert asked.data_cut_at <= job.finished_at
    assert (asked.manifest["risk"]["k"], asked.manifest["risk"]["limit"], asked.manifest["risk"]["signed"]) == (
        1,
        5,
        True,
    )
    assert [path.name for path in release_folder.iterdir()] == [str(asked.pk)]


def test_who_asked_and_why_is_in_the_audit_trail_of_what_the_worker_wrote(asked: Release, cast: Cast):
    make(asked)
    event = event_model_of(Release).objects.filter(state=ReleaseState.PUBLISHED).get()
    context = event.pgh_context
    assert (context["user"], context["source"], context["reason"]) == (
        str(cast.dana.pk),
        "worker",
        "Release QUELL-2026.1",
    )


def test_a_release_without_a_single_case_goes_no_further(cast: Cast, woken: list[str]):
    release = ask(cast)
    services.job_run(job_of(release).pk)
    release.refresh_from_db()
    assert (release.state, job_of(release).state) == (ReleaseState.HELD, JobState.SUCCEEDED)
    with acting_as(cast.dana), pytest.raises(ValidationError, match="No case is left"):
        services.release_continue(release=release, by=cast.dana)


def test_a_second_message_for_a_job_does_nothing(asked: Release):
    job = make(asked)
    services.job_run(job.pk)
    assert job_of(asked).attempts == 1


def test_a_second_release_of_a_project_supersedes_the_first_and_keeps_its_keys(
    asked: Release, cast: Cast, release_folder: Path
):
    make(asked)
    second = ask(cast, "QUELL-2026.2", asked.project)
    make(second)
    asked.refresh_from_db()
    second.refresh_from_db()
    assert (asked.state, second.state, second.supersedes) == (ReleaseState.SUPERSEDED, ReleaseState.PUBLISHED, asked)
    assert second.content_hash == asked.content_hash
    assert list((release_folder / str(second.pk) / "diffs").iterdir()), "compared before anybody asks"


def test_a_right_that_has_ended_stops_a_job_that_waits(asked: Release, cast: Cast):
    with acting_as_system("tests", reason="dana leaves"):
        Membership.objects.filter(user=cast.dana).update(ends_on=timezone.localdate() - dt.timedelta(days=1))
    job = make(asked)
    assert (job.state, job.error_words) == (JobState.FAILED, making.NO_RIGHT)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (FreezeError("lab: two rows have the same key."), "lab: two rows have the same key."),
        (OSError(errno.ENOSPC, "No space left on device"), making.DISK_FULL),
        (ValueError("patient SEV-1"), making.UNKNOWN),
    ],
)
def test_a_failed_job_says_why_without_data_leaves_nothing_and_can_be_tried_again(
    asked: Release, cast: Cast, release_folder: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
):
    def broken(*_args: Any) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(packing, "build_package", broken)
        job = make(asked)
    assert (job.state, job.error_words) == (JobState.FAILED, words)
    assert len(job.error_reference) == 8
    assert nothing_half_made(release_folder, asked)
    services.job_retry(job=job, by=cast.dana)
    assert make(asked).state == JobState.SUCCEEDED


def test_a_fault_of_the_database_puts_the_job_back_three_times(
    asked: Release, woken: list[str], monkeypatch: pytest.MonkeyPatch
):
    def restarting(*_args: Any) -> None:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(assessing, "freeze", restarting)
    states = [make(asked).state for _attempt in range(3)]
    assert states == [JobState.QUEUED, JobState.QUEUED, JobState.FAILED]
    assert len(woken) == 3


def test_a_job_whose_worker_was_killed_is_swept_up_and_done_by_another(asked: Release, woken: list[str]):
    lost = job_claim(job_of(asked).pk)
    expire(asked)
    services.jobs_sweep()
    assert job_of(asked).state == JobState.QUEUED
    assert woken[-1] == str(job_of(asked).pk)
    assert make(asked).state == JobState.SUCCEEDED
    with pytest.raises(ClaimLost):
        lost.note(step=6)


def test_a_job_that_loses_its_worker_three_times_fails_with_words(asked: Release):
    for _attempt in range(3):
        assert job_claim(job_of(asked).pk)
        expire(asked)
        services.jobs_sweep()
    job = job_of(asked)
    assert (job.state, job.error_words) == (JobState.FAILED, jobs.GAVE_UP)


def expire(release: Release) -> None:
    past = timezone.now() - dt.timedelta(minutes=5)
    ExportJob.objects.filter(release=release).update(lease_until=past, requested_at=past)


def test_a_job_that_nobody_heard_of_is_announced_again_but_not_at_every_sweep(asked: Release, woken: list[str]):
    past = timezone.now() - dt.timedelta(minutes=5)
    ExportJob.objects.filter(release=asked).update(requested_at=past)
    assert [services.jobs_sweep(), services.jobs_sweep()] == [1, 0]


def test_a_worker_that_was_overtaken_publishes_nothing(asked: Release, monkeypatch: pytest.MonkeyPatch):
    plain = packing.archive_checks

    def overtaken(path: Path) -> bool:
        ExportJob.objects.filter(release=asked).update(claim=Claim(asked.pk, asked.pk).token)
        return plain(path)

    monkeypatch.setattr(packing, "archive_checks", overtaken)
    make(asked)
    asked.refresh_from_db()
    assert (asked.state, job_of(asked).state) == (ReleaseState.PENDING, JobState.RUNNING)


def test_a_cancelled_job_stops_at_its_next_step_and_leaves_nothing(
    asked: Release, cast: Cast, release_folder: Path, monkeypatch: pytest.MonkeyPatch
):
    plain = packing.build_package

    def cancelled(*args: Any) -> Any:
        services.job_cancel(job=job_of(asked), by=cast.dana)
        return plain(*args)

    monkeypatch.setattr(packing, "build_package", cancelled)
    assert make(asked).state == JobState.CANCELLED
    assert nothing_half_made(release_folder, asked)


def nothing_half_made(release_folder: Path, release: Release) -> bool:
    """What was assessed stays for another attempt; of the packages nothing is there."""
    [assessed] = release_folder.iterdir()
    return assessed.name == str(release.pk) and not (assessed / "packages").exists()


def test_a_release_is_granted_to_another_person_who_may_download(asked: Release, cast: Cast):
    make(asked)
    asked.refresh_from_db()
    with acting_as(cast.dana):
        with pytest.raises(ValidationError, match="may not download"):
            services.release_grant(release=asked, investigator=cast.alice, valid_until=UNTIL, by=cast.dana)
        with pytest.raises(ValidationError, match="themselves"):
            services.release_grant(release=asked, investigator=cast.dana, valid_until=UNTIL, by=cast.dana)
        grant = services.release_grant(release=asked, investigator=cast.ivan, valid_until=UNTIL, by=cast.dana)
    with acting_as(cast.ivan):
        with pytest.raises(PermissionDenied):
            services.release_grant(release=asked, investigator=cast.ivan, valid_until=UNTIL, by=cast.ivan)
        services.terms_accept(release=asked, by=cast.ivan)
        services.package_download(package=asked.packages.get(level="AGREEMENT"), by=cast.ivan)
    assert Download.objects.get().grant == grant


def test_nobody_downloads_without_a_valid_grant(asked: Release, cast: Cast):
    make(asked)
    asked.refresh_from_db()
    package = asked.packages.get(level="AGREEMENT")
    with acting_as(cast.ivan), pytest.raises(PermissionDenied):
        services.package_download(package=package, by=cast.ivan)
    with acting_as(cast.dana):
        grant = services.release_grant(release=asked, investigator=cast.ivan, valid_until=UNTIL, by=cast.dana)
        services.release_revoke(grant=grant, by=cast.dana)
    with acting_as(cast.ivan), pytest.raises(PermissionDenied):
        services.package_download(package=package, by=cast.ivan)
    assert not Download.objects.exists()
