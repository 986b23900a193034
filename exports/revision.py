"""Which code made a release."""

from __future__ import annotations

import subprocess
from functools import lru_cache
from pathlib import Path

from django.conf import settings

VERSION = "0.1.0"


@lru_cache(maxsize=1)
def code_revision() -> str:
    """Return the revision of the settings, else the commit of the checkout, else the version of the package."""
    return settings.QUELL_REVISION or _commit() or VERSION


def _commit() -> str:
    folder = Path(settings.BASE_DIR)
    if not (folder / ".git").exists():
        return ""
    command = ["git", "-C", str(folder), "rev-parse", "HEAD"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
