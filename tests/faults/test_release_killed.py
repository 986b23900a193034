"""A worker is killed while it writes a release: the job finishes by itself, soon, and once."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config.settings.paths import BASE_DIR
from exports import services
from exports.models import ExportJob, JobState, Release, ReleaseState
from sites.context import acting_as
from tests.cast import create_cast
from tests.integration.checks.case_of import Case

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "export"])
RUN = """
import sys, time, uuid, pathlib, django
django.setup()
from exports import services
from exports.services import packing
job, folder, begun = sys.argv[1:4]
django.conf.settings.QUELL_RELEASE_DIR = folder
if begun:
    whole = packing.build_package
    def slow(*args):
        package = whole(*args)
        pathlib.Path(begun).touch()
        time.sleep(120)
        return package
    packing.build_package = slow
services.job_run(uuid.UUID(job))
"""
RECOVERY_SECONDS = 15.0


def worker(environment: dict[str, str], job: ExportJob, folder: Path, begun: str = "") -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", RUN, str(job.pk), str(folder), begun],
        cwd=BASE_DIR,
        env=environment | {"QUELL_PROCESS": "worker"},
    )


def wait_until(holds, seconds: float) -> float:
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds
        time.sleep(0.1)
    return time.monotonic() - began


def test_a_release_whose_worker_was_killed_is_finished_by_another_and_published_once(
    process_environment: dict[str, str], tmp_path: Path
):
    cast = create_cast()
    Case(cast.sev, consent_basis="CONSENT").add("infusion_course")
    with acting_as(cast.dana):
        project = services.project_create(title="Anakinra", by=cast.dana)
        release = services.release_request(project=project, name="QUELL-2026.1", by=cast.dana)
    job, folder, begun = ExportJob.objects.get(), tmp_path / "releases", tmp_path / "begun"
    # One case alone can be singled out: somebody signs for it before packages are made.
    assert worker(process_environment, job, folder).wait(60) == 0
    with acting_as(cast.dana):
        services.release_accept_risk(release=release, reason="an invented case", by=cast.dana)
        services.release_continue(release=release, by=cast.dana)

    killed = worker(process_environment, job, folder, str(begun))
    wait_until(begun.exists, 60)
    killed.kill()
    killed.wait()
    assert ExportJob.objects.get().state == JobState.RUNNING
    assert Release.objects.get().state == ReleaseState.PENDING

    def swept() -> bool:
        services.jobs_sweep()
        return ExportJob.objects.get().state == JobState.QUEUED

    assert wait_until(swept, RECOVERY_SECONDS) < RECOVERY_SECONDS - 3
    assert worker(process_environment, job, folder).wait(60) == 0
    release.refresh_from_db()
    assert (ExportJob.objects.get().state, release.state) == (JobState.SUCCEEDED, ReleaseState.PUBLISHED)
    assert [path.name for path in folder.iterdir()] == [str(release.pk)]
    assert hashlib.sha256((folder / release.package_path).read_bytes()).hexdigest() == release.package_sha256
