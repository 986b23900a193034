"""Where releases lie on disk: one folder each, made beside it under another name and renamed when whole."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from uuid import UUID

from django.conf import settings

from exports.freeze.durable import flush_folder


def release_root() -> Path:
    """Return the folder of all releases."""
    return Path(settings.QUELL_RELEASE_DIR)


def work_folder(release_id: UUID, token: UUID) -> Path:
    """Return a fresh folder for one attempt at a release; only its maker can read it."""
    folder = _work(release_id, token)
    release_root().mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700)
    return folder


def place_release(work: Path, release_id: UUID) -> None:
    """Give a finished folder its name; what an attempt that never got to publish left there goes."""
    final = release_root() / str(release_id)
    shutil.rmtree(final, ignore_errors=True)
    os.replace(work, final)
    flush_folder(final.parent)


def remove_work(release_id: UUID, token: UUID) -> None:
    """Remove what is left of one attempt."""
    shutil.rmtree(_work(release_id, token), ignore_errors=True)


def remove_abandoned(release_id: UUID) -> None:
    """Remove what killed workers left of earlier attempts at a release."""
    for folder in release_root().glob(f"{release_id}.*.work"):
        shutil.rmtree(folder, ignore_errors=True)


def _work(release_id: UUID, token: UUID) -> Path:
    return release_root() / f"{release_id}.{token}.work"
