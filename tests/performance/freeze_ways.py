"""What the freeze costs beside the queries that it cannot do without, and what is told of it."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from tests.performance.release_ways import (
    copy_tables,
    derive_into,
    fill,
    freeze_into,
    leave_into,
    medians,
    pack,
    patients_wanted,
    rounds_of,
    rows_of,
    size_mib,
)
from tests.performance.reporting import tell

ORDERED_BUDGET, UNORDERED_BUDGET, PACKAGE_BUDGET = 2.0, 2.5, 0.6


def measure() -> None:
    """Take the ways in turn and tell the medians."""
    patients = patients_wanted()
    fill(patients)
    with tempfile.TemporaryDirectory(prefix="quell-bench-") as made:
        folder = Path(made)
        release = folder / "release"
        ways = {
            "copy_in_order": partial(copy_tables, folder / "copy", in_order=True),
            "copy": partial(copy_tables, folder / "copy", in_order=False),
            "freeze": partial(freeze_into, release),
            "datasets": partial(derive_into, release),
            "leaving": partial(leave_into, release),
            "package": lambda: pack(release / "leaving/AGREEMENT", "CSV"),
        }
        for way in ways.values():
            way()
        _tell(medians(rounds_of(patients), ways), release, patients)


def _tell(took: dict[str, float], release: Path, patients: int) -> None:
    package = release / "packages/CSV.zip"
    facts = {"patients": patients, "rows": rows_of(release, "tables"), **_rounded(took)}
    tell("freeze / COPY of the same queries in the order of the cases", took["freeze"] / took["copy_in_order"],
         ORDERED_BUDGET, **facts, copied_mib=round(size_mib(release.parent / "copy"), 1),
         frozen_mib=round(size_mib(release / "frozen"), 1))  # fmt: skip
    tell("freeze / COPY of the same queries in any order", took["freeze"] / took["copy"], UNORDERED_BUDGET, **facts)
    whole = sum(took[step] for step in ("freeze", "datasets", "leaving", "package"))
    tell("CSV package of a frozen release / whole release from live tables", took["package"] / whole, PACKAGE_BUDGET,
         rows=rows_of(release, "tables", "datasets"), whole_seconds=round(whole, 2),
         package_seconds=round(took["package"], 2), package_mib=round(size_mib(package), 1))  # fmt: skip


def _rounded(took: dict[str, float]) -> dict[str, float]:
    return {f"{name}_seconds": round(value, 2) for name, value in took.items()}
