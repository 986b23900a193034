"""Handing in files, and deciding what becomes of them once they are checked."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from celery import current_app
from django.db import transaction
from django.utils import timezone

from registry.intake.keeping import kept
from registry.intake.unpacking import SentFile, unpack
from registry.models.uploads import (
    FINISHED,
    BlankCells,
    NumberStyle,
    Upload,
    UploadFile,
    UploadMode,
    UploadState,
)
from sites.access import require
from sites.context import acting_as
from sites.roles import Permission

logger = logging.getLogger(__name__)
TASK = "registry.upload_run"


def submit(
    *,
    site: Any,
    by: Any,
    files: Mapping[str, bytes],
    mode: str = UploadMode.ALL_OR_NONE,
    blank_cells: str = BlankCells.KEEP,
    number_style: str = NumberStyle.POINT,
    reason: str = "",
    commit: bool = True,
) -> Upload:
    """Store the files of one site as an upload that waits to be checked, and return it.

    `files` are name -> bytes, CSV or zip archives of CSV. With `commit` what is good is saved right after the check;
    without, the person decides then. Nothing runs yet: call `enqueue` for a worker, or `run` here and now.
    PermissionDenied without the right to upload at the site; UploadRefused, in words, for what cannot be an upload.
    """
    require(by, Permission.CASE_UPLOAD, site)
    sent = unpack(files, site_code=site.code)
    with acting_as(by, reason=reason, source="upload"):
        upload = Upload.objects.create(
            site=site,
            uploaded_by=by,
            reason=reason,
            mode=UploadMode(mode),
            blank_cells=BlankCells(blank_cells),
            number_style=NumberStyle(number_style),
            is_commit_wanted=commit,
            steps=len(sent) + 1,
        )
        UploadFile.objects.bulk_create(_stored(upload, file) for file in sent)
    return upload


def _stored(upload: Upload, file: SentFile) -> UploadFile:
    digest = hashlib.sha256(file.content).hexdigest()
    file_id = uuid4()
    return UploadFile(
        id=file_id,
        upload=upload,
        site_id=upload.site_id,
        name=file.name,
        topic=file.topic,
        size=len(file.content),
        sha256=digest,
        content=kept(file.content, topic=file.topic, file_id=file_id, site_id=upload.site_id),
    )


def enqueue(upload: Upload) -> None:
    """Wake a worker once the upload is in the database; should no broker answer, the sweeper finds it later."""
    upload_id = str(upload.pk)
    transaction.on_commit(lambda: _wake(upload_id), robust=True)


def _wake(upload_id: str) -> None:
    try:
        current_app.send_task(TASK, args=[upload_id], retry=False)
    except Exception as error:  # the row in the database is the truth; a message is only a wake-up
        logger.warning("No broker took the message for an upload (%s); the sweeper will.", type(error).__name__)


def commit(upload: Upload, *, by: Any, mode: str | None = None) -> bool:
    """Ask for a checked upload to be saved, all of it or its good rows; return whether it was there to be saved."""
    require(by, Permission.CASE_UPLOAD, upload.site_id)
    with acting_as(by, reason=upload.reason, source="upload"):
        asked = Upload.objects.filter(pk=upload.pk, state=UploadState.CHECKED).update(
            state=UploadState.QUEUED, is_commit_wanted=True, mode=mode or upload.mode, attempts=0, step=0
        )
        if asked:
            enqueue(upload)
    return bool(asked)


def discard(upload: Upload, *, by: Any) -> bool:
    """Cancel an upload that is not finished: nothing of it is saved, its bytes and findings are deleted.

    One that a worker holds is marked, and the worker stops before its next file; a commit is one transaction, so
    either all of it was saved before the mark, or nothing.
    """
    require(by, Permission.CASE_UPLOAD, upload.site_id)
    with acting_as(by, reason=upload.reason, source="upload"):
        now = timezone.now()
        waiting = Upload.objects.filter(pk=upload.pk).exclude(state__in=FINISHED)
        done = waiting.update(state=UploadState.CANCELLED, finished_at=now, lease_until=None)
        if done:
            forget(upload)
    return bool(done)


def forget(upload: Upload) -> None:
    """Delete what the files held: their bytes, and the cells that findings show."""
    upload.files.update(content=None)
    for file in upload.files.all():
        file.findings.all().delete()
