"""The work on an upload: claimed with a lease, done in one transaction, its state always in the database.

A worker that dies leaves a lease that runs out; the sweeper hands the upload to another one. What it had written is
gone with its transaction, so nothing is lost and nothing is saved twice.
"""

from __future__ import annotations

import logging
import secrets
from contextlib import closing
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from registry.intake.batch import BatchFile, Options, process
from registry.intake.keeping import content_of
from registry.intake.progress import LEASE, Cancelled, Reporter
from registry.intake.results import FileResult
from registry.intake.submitting import enqueue, forget
from registry.models import RunCause
from registry.models.uploads import (
    FINISHED,
    RUNNING,
    BlankCells,
    NumberStyle,
    Upload,
    UploadFile,
    UploadFinding,
    UploadMode,
    UploadState,
)
from registry.services.check_runs import run_ask
from sites.access import can
from sites.context import acting_as, acting_as_system
from sites.roles import Permission

logger = logging.getLogger(__name__)
ATTEMPTS_MAX = 3
WAITS = timedelta(seconds=60)
Results = dict[str, FileResult]


def run(upload_id: UUID | str) -> None:
    """Check an upload and, where that was asked for, save it.

    Does nothing for an upload that is finished or that another worker holds. The rights of the person are read anew;
    the work is done in their name. An error on our side ends in FAILED with a reference, never in a half-saved file.
    """
    upload = _claim(upload_id)
    if upload is None:
        return
    try:
        if not can(upload.uploaded_by, Permission.CASE_UPLOAD, upload.site_id):
            _finish(upload, UploadState.FAILED, error_code="right_ended")
        else:
            _work(upload)
    except Cancelled:
        logger.info("Upload %s was cancelled.", upload.pk)
    except Exception:
        reference = secrets.token_hex(4)
        # The trace is logged without the values: an exception may quote a patient's cell.
        logger.error("Upload %s failed, reference %s", upload.pk, reference, exc_info=settings.DEBUG)
        _finish(upload, UploadState.FAILED, error_code="crashed", error_reference=reference)


def _claim(upload_id: UUID | str) -> Upload | None:
    """Take the upload for this worker, or None where somebody else has it or there is nothing to do."""
    with acting_as_system("intake", reason="claim an upload"):
        now = timezone.now()
        free = Q(state=UploadState.QUEUED) | Q(state__in=RUNNING, lease_until__lt=now)
        wanted = Upload.objects.filter(free, pk=upload_id)
        claimed = wanted.update(
            state=UploadState.CHECKING,
            attempts=F("attempts") + 1,
            heartbeat_at=now,
            lease_until=now + LEASE,
            error_code="",
            error_reference="",
        )
        return Upload.objects.select_related("site", "uploaded_by").get(pk=upload_id) if claimed else None


def _work(upload: Upload) -> None:
    """Process the files in the person's name; roll back unless they are to be saved and may be."""
    acting = acting_as(upload.uploaded_by, reason=upload.reason, source="upload")
    with closing(Reporter(upload)) as reporter, acting, transaction.atomic():
        _one_at_a_time(upload)
        with transaction.atomic():
            results = _process(upload, reporter)
            is_saved = upload.is_commit_wanted and _may_commit(upload, results)
            transaction.set_rollback(not is_saved)
        _refuse_cancelled(upload)
        _note(upload, results)
        _finish(upload, _end(upload, is_saved=is_saved), nested=True)
        if is_saved:
            run_ask(cause=RunCause.UPLOAD, site=upload.site, asked_by=upload.uploaded_by)


def _process(upload: Upload, reporter: Reporter) -> Results:
    files = [
        BatchFile(file.name, file.topic, lambda pk=file.pk: content_of(UploadFile.objects.get(pk=pk)))
        for file in upload.files.defer("content")
    ]
    options = Options(
        comma=upload.number_style == NumberStyle.COMMA, overwrite=upload.blank_cells == BlankCells.OVERWRITE
    )
    return process(files, site=upload.site, options=options, progress=reporter.step)


def _one_at_a_time(upload: Upload) -> None:
    """Let the uploads of one site wait for each other, so that two of them cannot block one another halfway."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"intake {upload.site_id}"])


def _may_commit(upload: Upload, results: Results) -> bool:
    if upload.mode == UploadMode.GOOD_ROWS_ONLY:
        return True
    return not any(result.findings.count for result in results.values())


def _end(upload: Upload, *, is_saved: bool) -> UploadState:
    if is_saved:
        return UploadState.DONE
    return UploadState.REFUSED if upload.is_commit_wanted else UploadState.CHECKED


def _refuse_cancelled(upload: Upload) -> None:
    """Stop before the end where the person has discarded the upload meanwhile; the row stays locked until the end."""
    states = Upload.objects.select_for_update().filter(pk=upload.pk).values_list("state", flat=True)
    if states.get() == UploadState.CANCELLED:
        raise Cancelled


def _note(upload: Upload, results: Results) -> None:
    """Write counts and findings, in place of those of an earlier run."""
    for file in upload.files.defer("content"):
        result = results[file.name]
        file.findings.all().delete()
        UploadFinding.objects.bulk_create(_findings(file, result), batch_size=500)
        UploadFile.objects.filter(pk=file.pk).update(
            rows=result.total_rows,
            new_rows=result.total("new"),
            changed_rows=result.total("changed"),
            same_rows=result.total("same"),
            problems=result.findings.count,
            rejected_rows=sorted(result.findings.rows),
        )


def _findings(file: UploadFile, result: FileResult) -> list[UploadFinding]:
    return [
        UploadFinding(
            file=file,
            site_id=file.site_id,
            row=found.row,
            column=found.column,
            value=found.value,
            code=found.code,
            params=found.params,
        )
        for found in result.findings.kept
    ]


def _finish(upload: Upload, state: UploadState, *, nested: bool = False, **fields: Any) -> None:
    with acting_as_system("intake", reason="end of an upload"):
        end = timezone.now() if state in FINISHED else None
        open_ones = Upload.objects.filter(pk=upload.pk).exclude(state__in=FINISHED)
        open_ones.update(state=state, finished_at=end, lease_until=None, step=F("steps"), step_file="", **fields)
        has_problems = nested and upload.files.filter(problems__gt=0).exists()
        if state == UploadState.DONE and not has_problems:
            # All of it is in the record now; keeping the bytes as well would only be one more copy.
            upload.files.update(content=None)


def sweep() -> int:
    """Wake workers for uploads that wait or whose worker is gone; give up after three attempts. Returns how many."""
    with acting_as_system("intake", reason="find uploads without a worker"):
        now = timezone.now()
        lost = Upload.objects.filter(state__in=RUNNING, lease_until__lt=now)
        for upload in lost.filter(attempts__gte=ATTEMPTS_MAX):
            _finish(upload, UploadState.FAILED, error_code="gave_up", error_reference=secrets.token_hex(4))
        forgotten = Upload.objects.filter(state=UploadState.QUEUED, created_at__lt=now - WAITS)
        found = [*lost.filter(attempts__lt=ATTEMPTS_MAX), *forgotten]
        for upload in found:
            enqueue(upload)
        return len(found)


def purge() -> int:
    """Delete bytes and shown cells of uploads that ended long ago (setting QUELL_UPLOAD_KEEP_DAYS, 30 days)."""
    with acting_as_system("intake", reason="uploads are kept for a limited time"):
        before = timezone.now() - timedelta(days=getattr(settings, "QUELL_UPLOAD_KEEP_DAYS", 30))
        idle = Q(finished_at__lt=before) | Q(state=UploadState.CHECKED, heartbeat_at__lt=before)
        old = list(Upload.objects.filter(idle, files__content__isnull=False).distinct())
        for upload in old:
            forget(upload)
        return len(old)
