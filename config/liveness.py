"""A sign of life of the worker: a file it touches every ten seconds, for the health check of a container."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from celery import bootsteps

EVERY_SECONDS = 10.0
FILE_NAME = "worker.alive"


class SignOfLife(bootsteps.StartStopStep):  # type: ignore[misc]
    """Touches the file from the worker's own timer: a worker that hangs stops touching it."""

    requires = {"celery.worker.components:Timer"}

    def __init__(self, parent: Any, **options: Any) -> None:
        """Begin without a timer."""
        super().__init__(parent, **options)
        self.entry: Any = None

    def start(self, parent: Any) -> None:
        """Touch now and then regularly."""
        from config.settings.paths import VAR_DIR

        path = VAR_DIR / FILE_NAME
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        self.entry = parent.timer.call_repeatedly(EVERY_SECONDS, path.touch)

    def stop(self, parent: Any) -> None:
        """Stop touching."""
        if self.entry is not None:
            self.entry.cancel()


def is_fresh(path: Path, seconds: float, now: float) -> bool:
    """Was the file, or one that begins with its name, touched within the last `seconds` before `now` (since 1970)?

    The clock's file gets an ending of its own on some systems (`.db`, `.dat`).
    """
    touched = [found.stat().st_mtime for found in path.parent.glob(f"{path.name}*")]
    return any(now - moment < seconds for moment in touched)
