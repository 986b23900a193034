"""The secret key of a desk: made once, kept beside the data, never in the repository."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def desk_secret_key(folder: Path, name: str = "secret_key") -> str:
    """Read the key from `folder/<name>`; make it on the first call, readable by its owner alone."""
    path = folder / name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        building = path.with_name(f"{path.name}.{os.getpid()}")
        building.touch(mode=0o600)
        building.write_text(secrets.token_urlsafe(48), encoding="ascii")
        try:
            os.link(building, path)
        except FileExistsError:
            # Another process was first; its key holds.
            pass
        finally:
            building.unlink()
    return path.read_text(encoding="ascii")
