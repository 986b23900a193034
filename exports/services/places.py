"""Where releases lie on disk: one folder each, made beside it under another name and renamed when whole."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings

from exports.freeze.durable import flush_folder
from exports.freeze.errors import FreezeError
from exports.freeze.folder import FACTS_FILE
from exports.sheets import FOLDERS
from registry.rules.coding import gettext_noop

GONE: Final = gettext_noop("What was frozen is not on the disk any more. Discard it and have the data frozen again.")
# Where comparisons with earlier releases are kept, inside the folder of the later one.
DIFFS: Final = "diffs"


def release_root() -> Path:
    """Return the folder of all releases."""
    return Path(settings.QUELL_RELEASE_DIR)


def work_folder(release_id: UUID, token: UUID) -> Path:
    """Return a fresh folder for one attempt at a release; only its maker can read it."""
    folder = _work(release_id, token)
    release_root().mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700)
    return folder


def leaving_folder(folder: Path, level: str) -> Path:
    """Return where in the folder of a release that lies which leaves at a level."""
    return folder / "leaving" / level


def package_file(folder: Path, level: str, format_code: str) -> Path:
    """Return where in the folder of a release a package lies."""
    return folder / "packages" / f"{level}-{format_code}.zip"


def report_folder(release_id: UUID, report_id: UUID) -> Path:
    """Return where the files of a study report lie: in the folder of its release, so that they go with it."""
    return release_root() / str(release_id) / "reports" / str(report_id)


def link_frozen(release_id: UUID, work: Path) -> None:
    """Take the frozen tables and datasets of an assessed release into a new attempt, without copying their bytes."""
    placed = release_root() / str(release_id)
    if not placed.is_dir():
        # A worker was killed between the two renames that put a folder in its place.
        placed = _set_aside(release_id)
    if not (placed / FACTS_FILE).is_file():
        raise FreezeError(GONE)
    for name in (FACTS_FILE, *FOLDERS.values()):
        _link(placed / name, work / name)


def _link(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, copy_function=os.link)
    else:
        os.link(source, target)


def remove_release(release_id: UUID) -> None:
    """Remove everything of a release from the disk: what is withdrawn or refused is not kept, nor compared with."""
    compared = release_root().glob(f"*/{DIFFS}/{release_id}-*")
    for folder in (release_root() / str(release_id), _set_aside(release_id), *compared):
        shutil.rmtree(folder, ignore_errors=True)


def place_release(work: Path, release_id: UUID) -> None:
    """Give a finished folder its name; what was assessed, or left by an attempt that did not get to publish, goes.

    It is set aside first, so that a worker killed at any moment leaves the one or the other.
    """
    final, aside = release_root() / str(release_id), _set_aside(release_id)
    if final.exists():
        shutil.rmtree(aside, ignore_errors=True)
        os.replace(final, aside)
    os.replace(work, final)
    flush_folder(final.parent)
    shutil.rmtree(aside, ignore_errors=True)


def remove_work(release_id: UUID, token: UUID) -> None:
    """Remove what is left of one attempt."""
    shutil.rmtree(_work(release_id, token), ignore_errors=True)


def remove_abandoned(release_id: UUID) -> None:
    """Remove what killed workers left of earlier attempts at a release."""
    for folder in release_root().glob(f"{release_id}.*.work"):
        shutil.rmtree(folder, ignore_errors=True)


def _set_aside(release_id: UUID) -> Path:
    return release_root() / f"{release_id}.before"


def _work(release_id: UUID, token: UUID) -> Path:
    return release_root() / f"{release_id}.{token}.work"
