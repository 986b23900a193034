"""Times of R, taken inside R."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).with_name("survival_reference.R")


def in_r(path: Path) -> dict[str, float]:
    """Return the median seconds of each quantity for the people of a file; what R lacks is said and left out."""
    if shutil.which("Rscript") is None:
        sys.stdout.write("survival: Rscript is not installed, so nothing is compared with R.\n")
        return {}
    made = subprocess.run(["Rscript", "--vanilla", SCRIPT, path], stdout=subprocess.PIPE, text=True, check=True)
    rows = [line.split("\t") for line in made.stdout.splitlines()]
    for package in (row[1] for row in rows if row[0] == "missing"):
        sys.stdout.write(f"survival: the R package {package} is not installed, so its lines are left out.\n")
    return {name: float(seconds) for name, seconds in rows if name != "missing"}
