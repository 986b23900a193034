"""Keeps a migrated throw-away server on disk, so that the next run with the same tables starts in a second."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from config.embedded.place import Place, prepare_place
from config.settings.paths import BASE_DIR

FOLDER = BASE_DIR / "var" / "test"
# Whatever decides how the migrated database looks: tables, triggers, roles and grants.
SOURCES = (
    "*/migrations/*.py", "sites/**/*.py", "registry/models/*.py", "registry/metadata/*.py", "registry/rules/*.py",
    "registry/services/lock_sql.py",
    "exports/models*", "exports/models/*.py", "config/database/*.py", "config/embedded/*.py", "config/settings/*.py",
    "config/apps.py", "tests/database.py", "requirements.txt",
)  # fmt: skip
KEPT = 2


def named() -> Path:
    """Return where a server of the present sources is kept. Ask before it is built: sources may change meanwhile."""
    return FOLDER / f"cluster-{_digest()}"


def restore(place: Place, kept: Path) -> bool:
    """Copy the kept server to this place; False if none was kept under this name."""
    if not kept.exists():
        return False
    prepare_place(place)
    place.data.parent.chmod(0o755)
    _copy(kept, place.data)
    return True


def keep(place: Place, kept: Path) -> None:
    """Keep a copy of the stopped server at this place under this name, and forget old ones."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    building = kept.with_name(f"building-{os.getpid()}")
    _copy(place.data, building)
    try:
        building.rename(kept)
    except OSError:
        # Another run kept the same first.
        shutil.rmtree(building, ignore_errors=True)
    for old in sorted(FOLDER.glob("cluster-*"), key=lambda folder: folder.stat().st_mtime)[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def _copy(source: Path, target: Path) -> None:
    subprocess.run(["cp", "-a", source, target], check=True)


def _digest() -> str:
    digest = hashlib.sha256()
    for path in sorted({path for pattern in SOURCES for path in BASE_DIR.glob(pattern) if path.is_file()}):
        digest.update(str(path.relative_to(BASE_DIR)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]
