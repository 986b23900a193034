"""Stops and removes throw-away servers of runs that were killed before they could do it themselves."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from config.embedded import AlreadyServed
from config.embedded.locking import sole_keeper
from config.embedded.postmaster import stop_postmaster

# Younger folders may belong to a run that is just starting.
GRACE_SECONDS = 3600.0


def sweep_left_behind(temporary: Path) -> None:
    """Go through the folders of earlier runs; one whose keeper lives is left alone."""
    for folder in temporary.glob("quell-test-*"):
        if folder.stat().st_mtime < time.time() - GRACE_SECONDS:
            _sweep(folder)


def _sweep(folder: Path) -> None:
    try:
        with sole_keeper(folder / "postgres.lock"):
            stop_postmaster(folder / "postgres")
    except (AlreadyServed, OSError):
        return
    shutil.rmtree(folder, ignore_errors=True)
