"""What the page of one upload shows, as plain values."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from registry.intake.words import wording
from registry.metadata import topic_named
from registry.models import Upload, UploadFile
from registry.models.uploads import UploadState
from registry.web.check_runs_page import checks_after

SHOWN = 200
TONES = {
    UploadState.QUEUED: "busy",
    UploadState.CHECKING: "busy",
    UploadState.COMMITTING: "busy",
    UploadState.CHECKED: "wait",
    UploadState.DONE: "good",
    UploadState.REFUSED: "bad",
    UploadState.FAILED: "bad",
    UploadState.CANCELLED: "plain",
}


def upload_page(upload: Upload) -> dict[str, Any]:
    """Return the values of the page: state, files with counts and findings, and what may be decided."""
    files = [_file(file) for file in upload.files.defer("content").order_by("topic")]
    problems, good = sum(file["problems"] for file in files), sum(file["to_save"] for file in files)
    is_open = upload.state == UploadState.CHECKED
    return {
        "upload": upload,
        "tone": TONES[UploadState(upload.state)],
        "step_text": upload.step_file or _("computing what follows from the rows"),
        "files": files,
        "problems": problems,
        "to_save": good,
        "may_commit_all": is_open and not problems and good > 0,
        "may_commit_good": is_open and problems > 0 and good > 0,
        "may_discard": not upload.is_finished,
        "has_content": upload.files.filter(content__isnull=False).exists(),
        "error": wording(upload.error_code, {}) if upload.error_code else "",
        "checks": checks_after(upload),
    }


def _file(file: UploadFile) -> dict[str, Any]:
    found = list(file.findings.order_by("row", "id")[:SHOWN])
    found.sort(key=lambda finding: finding.row or 0)
    return {
        "file": file,
        "title": _(topic_named(file.topic).label),
        "problems": file.problems,
        "to_save": file.new_rows + file.changed_rows,
        "rejected": len(file.rejected_rows),
        "findings": [(finding, wording(finding.code, finding.params)) for finding in found],
        "more": max(file.problems - len(found), 0),
    }
