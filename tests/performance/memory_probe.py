"""How much memory one step of a release takes above what its imports take, in a process of its own (Linux).

`python -m tests.performance.memory_probe STEP FOLDER DATABASE` does one step and prints the MiB as the last line. STEP
is FREEZE or DATASETS on the release in FOLDER, or the format of a package of the leaving folder in it.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
FREEZE, DATASETS = "FREEZE", "DATASETS"


def grown_mib(step: str, folder: Path, database: str) -> float:
    """Run a step in a child and return the MiB by which it grew at most."""
    command = [sys.executable, "-m", "tests.performance.memory_probe", step, str(folder), database]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return float(done.stdout.splitlines()[-1])


def main(step: str, folder: Path, database: str) -> None:
    """Import everything, forget the peak of that, do the step, tell the growth."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    import django

    django.setup()
    from tests.database import use_database
    from tests.performance import release_ways

    _import_all(step)
    use_database(database)
    gc.collect()
    before = _resident_kib("VmRSS")
    # The peak of a child begins as that of its parent; this forgets both.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    if step == FREEZE:
        release_ways.freeze_into(folder)
    elif step == DATASETS:
        release_ways.derive_into(folder)
    else:
        release_ways.pack(folder / "leaving/AGREEMENT", step)
    sys.stdout.write(f"{(_resident_kib('VmHWM') - before) / 1024:.1f}\n")


def _import_all(step: str) -> None:
    """Make a small package: everything that a step imports is there afterwards, also what is imported late."""
    from exports.package import build_package
    from tests.unit.package_folder import write_folder

    with tempfile.TemporaryDirectory(prefix="quell-bench-") as made:
        folder = write_folder(Path(made) / "small")
        build_package(folder, "CSV" if step in (FREEZE, DATASETS) else step, folder / "small.zip")


def _resident_kib(name: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
