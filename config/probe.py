"""`python -m config.probe web|worker|beat`: exit code 0 if that process of this container is well."""

from __future__ import annotations

import os
import sys
import time

from config.liveness import EVERY_SECONDS, FILE_NAME, is_fresh
from config.settings.paths import VAR_DIR
from config.supervisor.ports import answers

# The clock writes its schedule down at least every five minutes.
BEAT_SECONDS = 900.0


def is_well(kind: str) -> bool:
    """The web answers; the worker has shown life within three of its beats; the clock keeps its schedule."""
    if kind == "web":
        return answers("127.0.0.1", int(os.environ.get("QUELL_PORT", "8000")))
    name, seconds = {"worker": (FILE_NAME, 3 * EVERY_SECONDS), "beat": ("celerybeat-schedule", BEAT_SECONDS)}[kind]
    return is_fresh(VAR_DIR / name, seconds, time.time())


if __name__ == "__main__":
    sys.exit(0 if is_well(sys.argv[1]) else 1)
