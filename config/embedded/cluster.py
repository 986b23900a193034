"""The data folder: made under another name and renamed when whole, so that half of one is never taken for it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from config.embedded.binaries import MAJOR
from config.embedded.errors import EmbeddedError
from config.embedded.place import Place

INITDB = (
    "--username=postgres",
    "--auth=trust",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
)


def ensure_cluster(place: Place, binaries: Path, *, durable: bool = True) -> bool:
    """Make the data folder if it is not there; return True if it was made. Refuses what is not ours, with a way out."""
    _sweep_unfinished(place)
    if place.data.exists() and any(_listing(place)):
        _check_cluster(place)
        return False
    building = place.data.with_name(f"{place.data.name}.new-{os.getpid()}")
    building.mkdir(mode=0o700)
    place.account.own(building)
    _initdb(place, binaries, building, durable=durable)
    if place.data.exists():
        place.data.rmdir()
    building.rename(place.data)
    return True


def _initdb(place: Place, binaries: Path, building: Path, *, durable: bool) -> None:
    sync = [] if durable else ["--no-sync"]
    done = subprocess.run(
        [binaries / "initdb", "-D", building, *INITDB, *sync],
        capture_output=True, text=True, check=False, **place.account.run_as(),
    )  # fmt: skip
    if done.returncode:
        shutil.rmtree(building, ignore_errors=True)
        raise EmbeddedError(f"PostgreSQL could not make {place.data}: {_last_words(done.stderr)}")


def _sweep_unfinished(place: Place) -> None:
    # We hold the lock, so nobody is still building these.
    for left in place.data.parent.glob(f"{place.data.name}.new-*"):
        shutil.rmtree(left, ignore_errors=True)


def _listing(place: Place) -> list[Path]:
    try:
        return list(place.data.iterdir())
    except (PermissionError, NotADirectoryError) as error:
        raise EmbeddedError(
            f"{place.data} cannot be read as a folder ({error.strerror}). Start Quell as the account that owns it, "
            "or set QUELL_DATA_DIR to another folder."
        ) from None


def _check_cluster(place: Place) -> None:
    version = place.data / "PG_VERSION"
    if not version.exists() or not (place.data / "global" / "pg_control").exists():
        raise EmbeddedError(
            f"{place.data} is not a whole PostgreSQL data folder (an interrupted set-up, or something else). Nothing "
            f"was changed. Move it away (mv {place.data} {place.data}.old) or set QUELL_DATA_DIR, and start again."
        )
    if (found := version.read_text().strip()) != str(MAJOR):
        raise EmbeddedError(
            f"{place.data} was made by PostgreSQL {found}; this Quell carries {MAJOR}. Set QUELL_DATA_DIR to a new "
            "folder and restore a dump into it, or point DATABASE_URL at a server of that version."
        )
    if place.data.stat().st_uid != place.account.uid:
        raise EmbeddedError(
            f"{place.data} belongs to another account. Start Quell as that account, or set QUELL_DATA_DIR."
        )


def _last_words(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it gave no reason."
