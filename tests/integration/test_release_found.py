"""What the job of a release makes of what it finds: limits that changed, a risk that rose, files that are gone."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from exports import services
from exports.models import (
    ExportJob,
    JobState,
    Release,
    ReleaseState,
)
from exports.services import making, packing, publishing
from exports.services.packing import TOO_FEW_ALIKE
from sites.context import acting_as
from sites.models import User
from tests.cast import Cast
from tests.factories.risk import put
from tests.factories.whole_case import whole_case
from tests.releases import made, run_job

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "export"]),
    pytest.mark.usefixtures("nothing_blocks"),
]


@pytest.fixture(autouse=True)
def release_folder(settings: Any, tmp_path: Path) -> Path:
    settings.QUELL_RELEASE_DIR = str(tmp_path)
    return tmp_path


def anew(thing: Any) -> Any:
    return type(thing).objects.get(pk=thing.pk)


@pytest.fixture
def release(cast: Cast) -> Release:
    """A release of two cases under an agreement, assessed and waiting."""
    for number, sex in enumerate(("FEMALE", "MALE")):
        whole_case(cast.sev, f"SEV-{number}", judge=cast.judy, sex=sex)
    with acting_as(cast.dana):
        project = services.project_create(title="CAR-T and anakinra", by=cast.dana)
        release = services.release_request(project=project, name="QUELL-2026.1", by=cast.dana, formats=["CSV"])
    run_job(release)
    return anew(release)


def sign_and_go_on(release: Release, by: User) -> None:
    with acting_as(by):
        services.release_accept_risk(release=release, reason="Two invented cases.", by=by)
        services.release_continue(release=release, by=by)


def test_what_lies_in_the_folder_of_what_leaves_is_never_packed(release: Release, cast: Cast, release_folder: Path):
    """A coarsening whose transaction failed, or a hand on the server, leaves another folder than the row says."""
    leaving = release_folder / str(release.pk) / "leaving"
    shutil.rmtree(leaving)
    (leaving / "AGREEMENT").mkdir(parents=True)
    (leaving / "AGREEMENT" / "freeze.json").write_text("{}")
    job = made(release, cast.dana)
    assert (job.state, job.release.state) == (JobState.SUCCEEDED, ReleaseState.PUBLISHED)
    [steps] = {str(job.release.manifest["coarsening"])}
    assert steps == "[]"


def test_a_risk_that_comes_out_higher_than_it_was_signed_waits_again(
    release: Release, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    put(release, cast, risk={**release.risk, "k": 2, "unique": 0})
    sign_and_go_on(release, cast.dana)
    job = run_job(release)
    waiting = anew(release)
    assert (job.state, waiting.state, waiting.risk["k"]) == (JobState.SUCCEEDED, ReleaseState.HELD, 1)
    assert waiting.risk_accepted_at is None
    sign_and_go_on(waiting, cast.dana)
    assert run_job(release).release.state == ReleaseState.PUBLISHED


def test_a_limit_that_was_raised_after_the_decision_makes_the_release_wait_again(
    release: Release, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    put(release, cast, risk={**release.risk, "k": 5})
    with acting_as(cast.dana):
        services.release_continue(release=release, by=cast.dana)
        services.policy_set(name="k_agreement", value=10, reason="Advice.", by=cast.dana)
    run_job(release)
    assert anew(release).state == ReleaseState.HELD


def test_a_worker_killed_between_rename_and_commit_leaves_enough_for_the_next(
    release: Release, cast: Cast, monkeypatch: pytest.MonkeyPatch, release_folder: Path
):
    sign_and_go_on(release, cast.dana)
    with monkeypatch.context() as patch:
        patch.setattr(publishing, "grant_requester", lambda _release: (_ for _ in ()).throw(OSError("killed")))
        job = run_job(release)
    assert (job.state, anew(release).state, release.packages.count()) == (JobState.FAILED, ReleaseState.PENDING, 0)
    with acting_as(cast.dana):
        again(release, cast.dana)
    assert run_job(release).release.state == ReleaseState.PUBLISHED
    assert [path.name for path in release_folder.iterdir()] == [str(release.pk)]


@pytest.mark.parametrize("phase", ["ASSESS", "PACK"])
def test_a_cancelled_job_is_tried_again_in_its_phase(release: Release, cast: Cast, phase: str):
    if phase == "ASSESS":
        with acting_as(cast.dana):
            release = services.release_request(project=release.project, name="QUELL-2026.2", by=cast.dana)
    else:
        sign_and_go_on(release, cast.dana)
    with acting_as(cast.dana):
        services.job_cancel(job=ExportJob.objects.get(release=release), by=cast.dana)
        again(release, cast.dana)
    job = run_job(release)
    wanted = ReleaseState.HELD if phase == "ASSESS" else ReleaseState.PUBLISHED
    assert (job.state, job.phase, anew(release).state) == (JobState.SUCCEEDED, phase, wanted)


def test_frozen_files_that_are_gone_fail_the_job_in_words(release: Release, cast: Cast, release_folder: Path):
    sign_and_go_on(release, cast.dana)
    shutil.rmtree(release_folder / str(release.pk))
    job = run_job(release)
    assert (job.state, job.error_words) == (
        JobState.FAILED,
        "What was frozen is not on the disk any more. Discard it and have the data frozen again.",
    )


@pytest.mark.parametrize("missing", ["kek", "salt"])
def test_a_secret_that_is_missing_fails_the_job_in_words(release: Release, cast: Cast, settings: Any, missing: str):
    sign_and_go_on(release, cast.dana)
    if missing == "kek":
        settings.QUELL_PROJECT_KEK = ""
    else:
        with acting_as(cast.dana):
            type(release.project).objects.update(salt=b"")
    job = run_job(release)
    assert job.state == JobState.FAILED
    assert ("QUELL_PROJECT_KEK" if missing == "kek" else "salt") in job.error_words
    assert job.error_words != making.UNKNOWN


def test_why_a_lower_level_is_refused_tells_no_figure(release: Release, cast: Cast):
    made(release, cast.dana)
    refused = release.packages.get(level="SHAREABLE")
    assert refused.refusal == TOO_FEW_ALIKE
    twin = release.packages.get(level="TWIN")
    assert "at least 11" in twin.refusal


def test_no_error_of_the_disk_tells_a_path(release: Release, cast: Cast, monkeypatch: pytest.MonkeyPatch):
    sign_and_go_on(release, cast.dana)

    def broken(*_args: Any) -> None:
        raise shutil.Error([("/srv/quell/a", "/srv/quell/b", "no")])

    monkeypatch.setattr(packing, "build_package", broken)
    assert run_job(release).error_words == making.UNKNOWN


def again(release: Release, by: User) -> None:
    services.job_retry(job=ExportJob.objects.get(release=release), by=by)
