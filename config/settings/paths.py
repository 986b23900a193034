"""Where things lie on disk, and how a secret reaches a process: by a variable or by a file."""

from __future__ import annotations

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parents[2]
VAR_DIR = Path(os.environ.get("QUELL_VAR_DIR", BASE_DIR / "var")).absolute()
DATA_DIR = Path(os.environ.get("QUELL_DATA_DIR", VAR_DIR / "postgres")).absolute()


def secret(name: str, default: str = "") -> str:
    """The value of NAME, or the content of the file that NAME_FILE points at (Docker and Kubernetes secrets)."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        return Path(path).read_text(encoding="utf-8").strip()
    return os.environ.get(name, default)
