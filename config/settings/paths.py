"""Where things lie on disk. Read once, so the environment must be settled before this module is imported."""

from __future__ import annotations

import os
from pathlib import Path

from config.environment import BASE_DIR, secret

__all__ = ["BASE_DIR", "DATA_DIR", "VAR_DIR", "secret"]

VAR_DIR = Path(os.environ.get("QUELL_VAR_DIR", BASE_DIR / "var")).absolute()
DATA_DIR = Path(os.environ.get("QUELL_DATA_DIR", VAR_DIR / "postgres")).absolute()
