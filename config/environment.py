"""What can be known before the settings are read: where the code is, and what the environment says."""

from __future__ import annotations

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parents[1]


def secret(name: str, default: str = "") -> str:
    """The value of NAME, or the content of the file that NAME_FILE points at (Docker and Kubernetes secrets)."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        return Path(path).read_text(encoding="utf-8").strip()
    return os.environ.get(name, default)
