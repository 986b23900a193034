"""Study reports: asked for by whoever holds the release, made once by a worker, kept beside the release."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_noop

from exports.freeze.durable import flush_folder
from exports.freeze.errors import FreezeError
from exports.models import JobState, Release, ReleaseState, StudyReport
from exports.models.job import UNDER_WAY
from exports.report.plan import Plan
from exports.report.plan_digest import plan_sha256
from exports.report.study import NoReportError
from exports.revision import code_revision
from exports.selectors.reports import Reach, report_reach
from exports.services.beating import beating
from exports.services.jobs import Claim, ClaimLost, NotAllowedNowError, job_claim, job_succeed
from exports.services.making import job_end_badly
from exports.services.places import GONE, leaving_folder, release_root, remove_release, report_folder
from exports.services.publishing import ENDED
from exports.services.steps import Teller
from exports.services.wake import wake_on_commit
from sites.access import require
from sites.models import User
from sites.roles import Permission

logger = logging.getLogger(__name__)
REPORT_FILE: Final = "report.json"
APPENDIX_FILE: Final = "appendix.zip"
STEPS: Final = (
    gettext_noop("reading the release"),
    gettext_noop("estimating the endpoints"),
    gettext_noop("fitting the models"),
    gettext_noop("repeating them in other ways"),
    gettext_noop("drawing figures and pages"),
    gettext_noop("publishing"),
)
# Reports take a worker minutes; nobody keeps all workers busy.
MOST_UNDER_WAY: Final = 5
TOO_MANY: Final = gettext_noop(
    "Several reports that you asked for are not done yet. Wait for one of them, then ask again."
)
READING, ESTIMATING, MODELS, SENSITIVITY, DRAWING, PUBLISHING = range(1, len(STEPS) + 1)


class TooManyReportsError(NotAllowedNowError):
    """So many reports of the person are under way that they have to wait. The message is for them."""


@transaction.atomic
def report_request(*, release: Release, plan: Plan, by: User) -> StudyReport:
    """Ask for the report of a release under a plan; the same asked again is the one there is, a failed one is retried.

    PermissionDenied for whoever does not hold the release under its agreement; NotAllowedNowError while it is not out,
    TooManyReportsError while `MOST_UNDER_WAY` reports of the person wait or run.
    """
    require(by, Permission.RELEASE_DOWNLOAD)
    if not release.is_published:
        raise NotAllowedNowError(gettext_noop("Only a published release has a report."))
    if report_reach(release, by) != Reach.WHOLE:
        raise PermissionDenied("release.report")
    key = {"release": release, "plan_sha256": plan_sha256(plan), "code_revision": code_revision()}
    _hold_back(key, by)
    report, is_new = StudyReport.objects.get_or_create(**key, defaults={"plan": plan.told(), "requested_by": by})
    if is_new or _begin_again(report, by):
        wake_on_commit(report)
        report.refresh_from_db()
    return report


def _begin_again(report: StudyReport, by: User) -> bool:
    """Queue a report anew that failed, or whose files are gone; say whether it was."""
    over = [JobState.FAILED, JobState.CANCELLED]
    if report.is_done and not report_is_there(report):
        over = [JobState.SUCCEEDED]
    anew: dict[str, Any] = {"state": JobState.QUEUED, "requested_by": by, "attempts": 0, "step": 0, "step_words": ""}
    held = {"claim": None, "lease_until": None, "finished_at": None, "error_reference": "", "error_words": ""}
    files = {"report_sha256": "", "appendix_sha256": "", "appendix_size": 0}
    return bool(StudyReport.objects.filter(pk=report.pk, state__in=over).update(**anew, **held, **files))


def _hold_back(key: Mapping[str, Any], by: User) -> None:
    """Refuse one more report of a person for whom many are under way; one that is asked for again is none."""
    under_way = StudyReport.objects.filter(state__in=UNDER_WAY)
    if under_way.filter(requested_by=by).count() >= MOST_UNDER_WAY and not under_way.filter(**key).exists():
        raise TooManyReportsError(TOO_MANY)


def report_is_there(report: StudyReport) -> bool:
    """Say whether the figures and the archive of a finished report are on the disk as they were written."""
    sums = {REPORT_FILE: report.report_sha256, APPENDIX_FILE: report.appendix_sha256}
    folder = report_folder(report.release_id, report.pk)
    return all((folder / name).is_file() and sha256_of(folder / name) == found for name, found in sums.items())


def report_run(job_id: UUID) -> None:
    """Make a waiting report. A second message for the same one finds nothing to do."""
    claim = job_claim(job_id, StudyReport)
    if claim is None:
        return
    report = StudyReport.objects.select_related("release", "requested_by").get(pk=job_id)
    work = _work_folder(report, claim)
    _remove_abandoned(report)
    try:
        with beating(claim) as lost:
            _make(report, claim, work, lost)
    except ClaimLost:
        logger.info("Report %s: taken over by another worker.", job_id)
    except Exception as error:
        job_end_badly(claim, error)
    finally:
        shutil.rmtree(work, ignore_errors=True)
        _leave_nothing_withdrawn(report.release_id)


def _remove_abandoned(report: StudyReport) -> None:
    """Remove what killed workers left of earlier attempts."""
    for folder in report_folder(report.release_id, report.pk).parent.glob(f"{report.pk}.*.work"):
        shutil.rmtree(folder, ignore_errors=True)


def _leave_nothing_withdrawn(release_id: UUID) -> None:
    """Remove the folder of a release withdrawn meanwhile, of which files that were just written may have stayed."""
    if Release.objects.filter(pk=release_id, state=ReleaseState.WITHDRAWN).exists():
        remove_release(release_id)


def _make(report: StudyReport, claim: Claim, work: Path, lost: threading.Event) -> None:
    # The statistics libraries take a second to load: nobody but the worker pays for them.
    from exports.report import appendix
    from exports.report.build import study_report

    tell = Teller(claim, lost, STEPS).step
    tell(READING)
    source = leaving_folder(release_root() / str(report.release_id), report.release.profile)
    if not report.release.is_published or not source.is_dir():
        raise FreezeError(GONE)
    work.mkdir(mode=0o700, parents=True)
    try:
        plan, release = Plan.of(report.plan), report.release
        found = study_report(source, plan, tick=tell, content_hash=release.content_hash)
    except NoReportError as error:
        raise FreezeError(str(error)) from None
    tell(DRAWING)
    appendix.write(found, work)
    tell(PUBLISHING)
    _publish(report, claim, work)


def _publish(report: StudyReport, claim: Claim, work: Path) -> None:
    """Put the folder in its place and say so, unless the release was withdrawn meanwhile."""
    packed = work / APPENDIX_FILE
    sums = {"report_sha256": sha256_of(work / REPORT_FILE), "appendix_sha256": sha256_of(packed)}
    size = packed.stat().st_size
    with transaction.atomic():
        release = Release.objects.select_for_update(of=("self",), no_key=True).get(pk=report.release_id)
        if not claim.held().select_for_update().exists():
            raise ClaimLost
        if not release.is_published:
            raise FreezeError(ENDED)
        final = report_folder(release.pk, report.pk)
        shutil.rmtree(final, ignore_errors=True)
        os.replace(work, final)
        flush_folder(final.parent)
        claim.note(**sums, appendix_size=size)
        job_succeed(claim)


def _work_folder(report: StudyReport, claim: Claim) -> Path:
    return report_folder(report.release_id, report.pk).with_name(f"{report.pk}.{claim.token}.work")


def report_read(report: StudyReport) -> dict[str, Any] | None:
    """Return a finished report, None where its file is not on the disk as it was written."""
    path = report_folder(report.release_id, report.pk) / REPORT_FILE
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    # What is parsed is what was checked, also where the file is replaced meanwhile.
    if hashlib.sha256(content).hexdigest() != report.report_sha256:
        return None
    found: dict[str, Any] = json.loads(content)
    return found


def sha256_of(path: Path) -> str:
    """Return the checksum of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
